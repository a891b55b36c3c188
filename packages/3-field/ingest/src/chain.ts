/**
 * The chain of one device: does this frame follow what we have, repeat it, or contradict it?
 *
 * Each frame names the digest of the one before. Same place and same digest: a duplicate, answered with the first
 * proof. Same place with another digest, or a neighbour that was stored and does not match: a fork, the only chain event
 * that accuses. A predecessor we do not know (yet): the link is open until backfill closes it; never a reason to refuse.
 *
 * Invariants: `judge` changes nothing; whatever the order in which an honest chain arrives, no frame is called a fork;
 * of two contradicting frames only the first is ever taken. Frames on their way to the disk count as stored.
 */
import type { FrameKey, LogReader } from "@twinward/evidence";
import { ZERO_DIGEST } from "@twinward/frame";
import { type Refusal, toHex } from "@twinward/kernel";
import type { Accepted } from "./ingest.ts";
import { OPEN_LINKS_MAX } from "./limits.ts";

export type ChainVerdict =
  | { readonly kind: "new"; readonly link: "known" | "open" }
  | { readonly kind: "duplicate"; readonly index: number }
  | { readonly kind: "in-flight"; readonly answer: Promise<Accepted | Refusal> }
  | { readonly kind: "fork"; readonly detail: string };

export interface OpenLink {
  readonly boot: number;
  readonly sequence: number;
  readonly sinceMs: number;
}

interface InFlight {
  readonly key: FrameKey;
  readonly answer: Promise<Accepted | Refusal>;
  /** The link it closed, in case it never reaches the disk. */
  readonly closed: OpenLink | undefined;
}

/** The frame with the highest (boot, sequence), stored or on its way. Holds no view that keeps a whole frame alive. */
type Head = Pick<FrameKey, "boot" | "sequence" | "digest">;

/** What is known of a place in the chain. */
interface Place {
  readonly digest: Uint8Array;
  readonly previous: Uint8Array;
  readonly index: number;
  readonly answer: Promise<Accepted | Refusal> | undefined;
}

const FOLLOWS: ChainVerdict = { kind: "new", link: "known" };
const OPEN: ChainVerdict = { kind: "new", link: "open" };

type ChainReader = Pick<LogReader, "frameAt" | "frameByDigest" | "lastFrame">;

export class DeviceChain {
  readonly #device: string;
  readonly #log: ChainReader;
  /** In the order in which they came, which is nearly always the order in which they are stored. */
  readonly #inFlight: InFlight[] = [];
  /** By the hexadecimal digest that is missing. */
  readonly #openLinks = new Map<string, OpenLink>();
  #head: Head | undefined;

  constructor(device: string, log: ChainReader) {
    this.#device = device;
    this.#log = log;
    this.#head = log.lastFrame(device);
  }

  get openLinks(): ReadonlyMap<string, OpenLink> {
    return this.#openLinks;
  }

  judge(key: FrameKey): ChainVerdict {
    const head = this.#head;
    if (head === undefined) return this.#judgeBeyond(key);
    if (key.boot === head.boot && key.sequence === head.sequence + 1) {
      return sameDigest(key.previous, head.digest) ? FOLLOWS : fork("it does not follow the stored frame before it");
    }
    return isAfter(key, head) ? this.#judgeBeyond(key) : this.#judgeAmong(key);
  }

  /** The frame is on its way to the disk; `answer` resolves when it is there. Answers whether it is the new head. */
  sent(key: FrameKey, link: "known" | "open", answer: Promise<Accepted | Refusal>, nowMs: number): boolean {
    const closed = this.#openLinks.size > 0 ? this.#openLinks.get(toHex(key.digest)) : undefined;
    this.#inFlight.push({ key, answer, closed });
    this.learn(key, link === "open", nowMs);
    const isHead = isAfter(key, this.#head);
    if (isHead) this.#head = headOf(key);
    return isHead;
  }

  /** The disk did not take it: as if it had never come. */
  lost(key: FrameKey, nowMs: number): void {
    const closed = this.#land(key)?.closed;
    if (closed !== undefined) this.#openLinks.set(toHex(key.digest), closed);
    const own = this.#openLinks.get(toHex(key.previous));
    if (own?.boot === key.boot && own.sequence === key.sequence) this.#openLinks.delete(toHex(key.previous));
    this.#head = this.#log.lastFrame(this.#device);
    for (const { key: flying } of this.#inFlight) {
      if (isAfter(flying, this.#head)) this.#head = headOf(flying);
      if (sameDigest(flying.previous, key.digest)) this.learn(flying, true, nowMs);
    }
  }

  /** The frame is on the disk and can be found in the log. */
  stored(key: FrameKey): void {
    this.#land(key);
  }

  /** Keeps account of open links: a frame may close one and open another. */
  learn(key: FrameKey, isOpen: boolean, sinceMs: number): void {
    if (this.#openLinks.size > 0) this.#openLinks.delete(toHex(key.digest));
    if (!isOpen || this.#openLinks.size >= OPEN_LINKS_MAX) return;
    const missing = toHex(key.previous);
    if (!this.#openLinks.has(missing))
      this.#openLinks.set(missing, { boot: key.boot, sequence: key.sequence, sinceMs });
  }

  /** Whether the predecessor a frame names is stored: for links found again at start. */
  isOpen(key: FrameKey): boolean {
    if (key.sequence === 0 && sameDigest(key.previous, ZERO_DIGEST)) return false;
    return !this.#knowsDigest(key.previous);
  }

  restoreLink(missing: Uint8Array, link: OpenLink): void {
    if (!this.#knowsDigest(missing)) this.#openLinks.set(toHex(missing), link);
  }

  /** Nothing at or after this place is stored. */
  #judgeBeyond(key: FrameKey): ChainVerdict {
    if (key.sequence > 0) return OPEN;
    const head = this.#head;
    // The very first frame of a device has no predecessor; a later boot that claims none keeps its link open.
    if (head === undefined) return sameDigest(key.previous, ZERO_DIGEST) ? FOLLOWS : OPEN;
    return sameDigest(key.previous, head.digest) || this.#knowsDigest(key.previous) ? FOLLOWS : OPEN;
  }

  /** A place before the head: backfill, a repetition, or a contradiction. */
  #judgeAmong(key: FrameKey): ChainVerdict {
    const same = this.#at(key.boot, key.sequence);
    if (same !== undefined) return repetition(key, same);
    const after = this.#at(key.boot, key.sequence + 1);
    if (after !== undefined && !sameDigest(after.previous, key.digest)) {
      return fork("the stored frame after it follows another one");
    }
    if (key.sequence === 0) return this.isOpen(key) ? OPEN : FOLLOWS;
    const before = this.#at(key.boot, key.sequence - 1);
    if (before === undefined) return OPEN;
    return sameDigest(before.digest, key.previous) ? FOLLOWS : fork("it does not follow the stored frame before it");
  }

  /** Takes a frame out of those in flight. */
  #land({ boot, sequence }: FrameKey): InFlight | undefined {
    const at = this.#inFlight.findIndex(({ key }) => isAt(key, boot, sequence));
    return at < 0 ? undefined : this.#inFlight.splice(at, 1)[0];
  }

  #at(boot: number, sequence: number): Place | undefined {
    const flying = this.#inFlight.find(({ key }) => isAt(key, boot, sequence));
    if (flying !== undefined) {
      return { digest: flying.key.digest, previous: flying.key.previous, index: -1, answer: flying.answer };
    }
    const entry = this.#log.frameAt(this.#device, boot, sequence);
    if (entry?.frame === undefined) return undefined;
    return { digest: entry.frame.digest, previous: entry.frame.previous, index: entry.index, answer: undefined };
  }

  #knowsDigest(digest: Uint8Array): boolean {
    for (const { key } of this.#inFlight) if (sameDigest(key.digest, digest)) return true;
    return this.#log.frameByDigest(digest)?.frame?.device === this.#device;
  }
}

function repetition(key: FrameKey, stored: Place): ChainVerdict {
  if (!sameDigest(stored.digest, key.digest)) return fork("another frame has its place");
  return stored.answer === undefined
    ? { kind: "duplicate", index: stored.index }
    : { kind: "in-flight", answer: stored.answer };
}

function fork(detail: string): ChainVerdict {
  return { kind: "fork", detail };
}

function headOf({ boot, sequence, digest }: FrameKey): Head {
  return { boot, sequence, digest };
}

function isAfter(key: Head, other: Head | undefined): boolean {
  return other === undefined || key.boot > other.boot || (key.boot === other.boot && key.sequence > other.sequence);
}

function isAt(key: FrameKey, boot: number, sequence: number): boolean {
  return key.sequence === sequence && key.boot === boot;
}

function sameDigest(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
