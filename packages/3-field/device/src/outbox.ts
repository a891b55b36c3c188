/**
 * The outbox: frames that the server has not yet proven to hold, safe against power loss on our side.
 *
 * A frame may be sent once it is durable (`flush`), and is forgotten only against its checked receipt (`free`). Freeing
 * is not fsynced: forgetting it in a crash costs one duplicate, which the server answers with the original proof.
 * The outbox is also the memory of the device: boot counter, digest of the newest frame, newest checkpoint of the log.
 * The checkpoint of a receipt is written before the freeing, so that whoever forgot a frame knows the head it was in.
 *
 * Invariants: `pending` lists only durable frames, in order; numbers grow for ever; at most `bytesMax` are held.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DIGEST_BYTES, type EncodedFrame, ZERO_DIGEST } from "@twinward/frame";
import { TwinwardError } from "@twinward/kernel";
import type { ChainStart } from "./frame-signer.ts";
import { Journal } from "./journal.ts";
import {
  encodeRecord,
  type JournalRecord,
  numberBytes,
  numberOf,
  RECORD,
  RECORD_HEAD_BYTES,
} from "./journal-record.ts";

/** 24 hours of 100 readings a second in frames of 100 are about 120 MB. */
export const OUTBOX_BYTES_MAX = 268_435_456;
/** The file is rewritten when it holds at least this much that is not pending, and that is more than half. */
export const COMPACT_BYTES_MIN = 4_194_304;
const FRAME_PREFIX_BYTES = 8 + DIGEST_BYTES;

export interface OutboxLimits {
  /** Most bytes of frames held; `put` throws OUTBOX_FULL beyond it. Default OUTBOX_BYTES_MAX. */
  readonly bytesMax?: number;
  /** Default COMPACT_BYTES_MIN. */
  readonly compactBytesMin?: number;
}

export interface OutboxFrame {
  readonly number: number;
  readonly digest: Uint8Array;
  readonly bytes: Uint8Array;
}

interface Place {
  readonly digest: Uint8Array;
  /** Where the frame's bytes lie in the file. */
  offset: number;
  readonly length: number;
}

interface Move {
  readonly place: Place;
  readonly offset: number;
}

export class Outbox {
  readonly #journal: Journal;
  readonly #bytesMax: number;
  readonly #compactBytesMin: number;
  readonly #pending = new Map<number, Place>();
  /** Frames the server will never take, by number, with the code it gave. Kept for the operator. */
  readonly #setAside = new Map<number, Place & { readonly code: string }>();
  #heldBytes = 0;
  #nextNumber = 0;
  #boot = 0;
  #newest: Uint8Array = ZERO_DIGEST;
  #checkpoint: string | undefined;
  /** Stretches of the file that were unreadable when it was opened; frames in them are lost. */
  readonly damaged: number;

  private constructor(journal: Journal, damaged: number, limits: OutboxLimits) {
    this.#journal = journal;
    this.damaged = damaged;
    this.#bytesMax = limits.bytesMax ?? OUTBOX_BYTES_MAX;
    this.#compactBytesMin = limits.compactBytesMin ?? COMPACT_BYTES_MIN;
  }

  /** Opens the outbox in `dir`, making it when it is new. One process at a time. */
  static open(dir: string, limits: OutboxLimits = {}): Outbox {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const { journal, scan } = Journal.open(join(dir, "frames"));
    const outbox = new Outbox(journal, scan.damaged, limits);
    for (const record of scan.records) outbox.#replay(record);
    return outbox;
  }

  /** Frames held without a receipt, those set aside not counted. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Codes of the frames set aside, by number. */
  get setAside(): ReadonlyMap<number, string> {
    return new Map([...this.#setAside].map(([number, { code }]) => [number, code]));
  }

  /** The newest checkpoint kept, a signed note. */
  get checkpoint(): string | undefined {
    return this.#checkpoint;
  }

  keepCheckpoint(note: string): void {
    this.#journal.append(encodeRecord(RECORD.checkpoint, Buffer.from(note, "utf8")));
    this.#checkpoint = note;
  }

  /** Goes on behind a chain that an earlier identity of this device left in the log. For a new outbox only; durable. */
  continueAfter(boot: number, newest: Uint8Array): void {
    this.#boot = boot;
    this.#newest = newest;
    this.#journal.append(encodeRecord(RECORD.head, numberBytes(this.#nextNumber), numberBytes(boot), newest));
    this.#journal.flushNow();
  }

  /** Counts the boot and makes it durable: call once per start, before the first frame is signed. */
  startBoot(): ChainStart {
    this.#boot += 1;
    this.#journal.append(encodeRecord(RECORD.boot, numberBytes(this.#boot)));
    this.#journal.flushNow();
    return { boot: this.#boot, previous: this.#newest };
  }

  /** Keeps a frame; it is durable after the next `flush`. Throws OUTBOX_FULL. */
  put(frame: EncodedFrame): number {
    if (this.#heldBytes + frame.bytes.length > this.#bytesMax) {
      const remedy = "let the device reach its server, or give the outbox more room";
      throw new TwinwardError("OUTBOX_FULL", `the outbox holds ${this.#heldBytes} bytes`, { remedy });
    }
    const number = this.#nextNumber;
    const start = this.#journal.append(frameRecord(number, frame.digest, frame.bytes));
    const offset = start + RECORD_HEAD_BYTES + FRAME_PREFIX_BYTES;
    this.#keep(number, { digest: frame.digest, offset, length: frame.bytes.length });
    return number;
  }

  /** Resolves when every frame put so far is durable. Many callers share one fsync. */
  flush(): Promise<void> {
    return this.#journal.flush();
  }

  /** The first `limit` durable frames with a number of at least `from`, in order. */
  pending(from: number, limit: number): OutboxFrame[] {
    const frames: OutboxFrame[] = [];
    for (const [number, place] of this.#pending) {
      if (frames.length >= limit || place.offset + place.length > this.#journal.durableEnd) break;
      if (number < from) continue;
      frames.push({ number, digest: place.digest, bytes: this.#journal.read(place.offset, place.length) });
    }
    return frames;
  }

  /** Forgets a frame whose receipt was checked. */
  free(number: number): void {
    const place = this.#pending.get(number);
    if (place === undefined) return;
    this.#journal.append(encodeRecord(RECORD.freed, numberBytes(number)));
    this.#forget(number, place);
    this.#compactWhenWorthIt();
  }

  /** Takes a frame out of the way that the server refuses for good; its bytes stay for the operator. */
  putAside(number: number, code: string): void {
    const place = this.#pending.get(number);
    if (place === undefined) return;
    this.#journal.append(encodeRecord(RECORD.setAside, numberBytes(number), Buffer.from(code, "utf8")));
    this.#pending.delete(number);
    this.#setAside.set(number, { ...place, code });
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }

  #replay({ kind, body, start }: JournalRecord): void {
    if (kind === RECORD.checkpoint) {
      this.#checkpoint = body.toString("utf8");
      return;
    }
    const number = numberOf(body);
    const place = this.#pending.get(number);
    if (kind === RECORD.frame) {
      const offset = start + RECORD_HEAD_BYTES + FRAME_PREFIX_BYTES;
      const digest = Uint8Array.from(body.subarray(8, FRAME_PREFIX_BYTES));
      this.#keep(number, { digest, offset, length: body.length - FRAME_PREFIX_BYTES });
    } else if (kind === RECORD.freed && place !== undefined) {
      this.#forget(number, place);
    } else if (kind === RECORD.setAside && place !== undefined) {
      this.#pending.delete(number);
      this.#setAside.set(number, { ...place, code: body.toString("utf8", 8) });
    } else if (kind === RECORD.boot) {
      this.#boot = Math.max(this.#boot, number);
    } else if (kind === RECORD.head) {
      this.#nextNumber = number;
      this.#boot = numberOf(body, 8);
      this.#newest = Uint8Array.from(body.subarray(16));
    }
  }

  #keep(number: number, place: Place): void {
    this.#pending.set(number, place);
    this.#heldBytes += place.length;
    this.#nextNumber = Math.max(this.#nextNumber, number + 1);
    this.#newest = place.digest;
  }

  #forget(number: number, place: Place): void {
    this.#pending.delete(number);
    this.#heldBytes -= place.length;
  }

  #compactWhenWorthIt(): void {
    const waste = this.#journal.end - this.#heldBytes;
    if (waste < this.#compactBytesMin || waste < this.#journal.end / 2 || this.#journal.isFlushing) return;
    const moves: Move[] = [];
    this.#journal.replace(this.#liveRecords(moves));
    for (const { place, offset } of moves) place.offset = offset;
  }

  /** What the new file holds: frames set aside with their codes, pending frames, and the head last. */
  *#liveRecords(moves: Move[]): Iterable<Buffer> {
    let end = 0;
    for (const [number, place] of [...this.#setAside, ...this.#pending]) {
      const frame = frameRecord(number, place.digest, this.#journal.read(place.offset, place.length));
      moves.push({ place, offset: end + RECORD_HEAD_BYTES + FRAME_PREFIX_BYTES });
      end += frame.length;
      yield frame;
      const code = this.#setAside.get(number)?.code;
      if (code === undefined) continue;
      const aside = encodeRecord(RECORD.setAside, numberBytes(number), Buffer.from(code, "utf8"));
      end += aside.length;
      yield aside;
    }
    if (this.#checkpoint !== undefined) {
      yield encodeRecord(RECORD.checkpoint, Buffer.from(this.#checkpoint, "utf8"));
    }
    yield encodeRecord(RECORD.head, numberBytes(this.#nextNumber), numberBytes(this.#boot), this.#newest);
  }
}

function frameRecord(number: number, digest: Uint8Array, bytes: Uint8Array): Buffer {
  return encodeRecord(RECORD.frame, numberBytes(number), digest, bytes);
}
