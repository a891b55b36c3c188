/**
 * One group: drafts that become durable in one transaction.
 *
 * A draft is checked and encoded when it joins, so that nothing that is wrong with one draft can fail a group; the
 * transaction only inserts, and gives each draft its index.
 */
import { assert, concatBytes, equalBytes, sha256 } from "@twinward/kernel";
import type { SqliteDatabase } from "@twinward/store";
import { leafHash } from "@twinward/tlog";
import { commitmentOf, SALT_BYTES, seal } from "./body.ts";
import type { DataKey } from "./data-key.ts";
import type { EntryDraft, FrameKey } from "./entry.ts";
import { encodeEntry, frameKeyOf } from "./entry-bytes.ts";
import { EvidenceError } from "./error.ts";
import type { EntryRow } from "./tables.ts";

/** A draft that is ready to be stored. */
export interface ReadyDraft {
  readonly kind: string;
  readonly bytes: Buffer;
  readonly leaf: Uint8Array;
  readonly frame: FrameKey | undefined;
  /** What is sealed: a frame, or salt and body. */
  readonly plain: Uint8Array | undefined;
  readonly key: DataKey | undefined;
}

/** Where a draft went: its index, or the entry that already has its place. */
export type Placed =
  | { readonly index: number; readonly draft: ReadyDraft }
  | { readonly conflict: "duplicate" | "fork"; readonly index: number; readonly bytes: Uint8Array };

/** Checks and encodes a draft. Throws ENTRY_TOO_LONG; everything else that is wrong with a draft is our own mistake. */
export function readyDraft(
  draft: EntryDraft,
  atMs: number,
  key: DataKey | undefined,
  secretBytes: (length: number) => Uint8Array,
  states?: { readonly [name: string]: Uint8Array },
): ReadyDraft {
  const { kind, facts, body, frame } = draft;
  assert(Number.isSafeInteger(atMs), "the clock of a log counts whole milliseconds");
  assert((kind === "frame") === (frame !== undefined), "a frame, and nothing else, has a place in a chain");
  if (frame !== undefined) assertSamePlace(frame, frameKeyOf(facts));
  const salt = body === undefined || frame !== undefined ? undefined : secretBytes(SALT_BYTES);
  const commitment = salt === undefined || body === undefined ? undefined : commitmentOf(salt, body);
  const mark = body === undefined || key === undefined ? undefined : { key: key.id, commitment };
  const bytes = encoded({ kind, atMs, facts, body: mark, states });
  const plain = salt === undefined || body === undefined ? body : concatBytes(salt, body);
  return { kind, bytes, leaf: leafHash(bytes), frame, plain, key };
}

function encoded(content: Parameters<typeof encodeEntry>[0]): Buffer {
  try {
    return encodeEntry(content);
  } catch (cause) {
    if (cause instanceof RangeError) throw new EvidenceError("ENTRY_TOO_LONG", cause.message, cause);
    throw cause;
  }
}

function assertSamePlace(frame: FrameKey, stated: FrameKey | undefined): void {
  const same =
    stated !== undefined &&
    stated.device === frame.device &&
    stated.boot === frame.boot &&
    stated.sequence === frame.sequence &&
    isSame(stated.digest, frame.digest) &&
    isSame(stated.previous, frame.previous);
  assert(same, "the facts of a frame (device, boot, seq, digest, prev) name its place in the chain");
}

/** Callers mostly pass the very same bytes twice. */
function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left === right || equalBytes(left, right);
}

/** The prepared statements that write entries. */
export class EntryWriter {
  readonly #insertEntry;
  readonly #insertBody;
  readonly #frameAt;
  readonly #putState;
  readonly #noncePrefix: Uint8Array;

  constructor(database: SqliteDatabase, noncePrefix: Uint8Array) {
    this.#noncePrefix = noncePrefix;
    this.#insertEntry = database.prepare(
      `INSERT INTO entry (idx, kind, bytes, device, boot, sequence) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (boot, sequence, device) WHERE device IS NOT NULL DO NOTHING`,
    );
    this.#insertBody = database.prepare("INSERT INTO body (idx, sealed) VALUES (?, ?)");
    this.#frameAt = database.prepare("SELECT idx, bytes FROM entry WHERE device = ? AND boot = ? AND sequence = ?");
    this.#putState = database.prepare("INSERT OR REPLACE INTO state (name, value, digest, entry) VALUES (?, ?, ?, ?)");
  }

  /** Stores the draft as entry `index`, unless its place in the chain is taken. Inside a transaction. */
  place(draft: ReadyDraft, index: number): Placed {
    const { kind, bytes, frame, plain, key } = draft;
    const { changes } =
      frame === undefined
        ? this.#insertEntry.run(index, kind, bytes, null, null, null)
        : this.#insertEntry.run(index, kind, bytes, frame.device, frame.boot, frame.sequence);
    if (changes === 0) return this.#conflict(frame as FrameKey);
    if (plain !== undefined && key !== undefined) {
      this.#insertBody.run(index, seal(plain, key, this.#noncePrefix, index));
    }
    return { index, draft };
  }

  /** Derived states; `entry` is the index of the entry that holds their digests. */
  putStates(states: { readonly [name: string]: Uint8Array }, entry: number | null): void {
    for (const [name, value] of Object.entries(states)) {
      this.#putState.run(name, value, entry === null ? looseDigest(name, value) : sha256(value), entry);
    }
  }

  #conflict(frame: FrameKey): Placed {
    const { idx, bytes } = this.#frameAt.get(frame.device, frame.boot, frame.sequence) as EntryRow;
    // The digest is a fact of the stored entry; looking for its bytes there is enough to tell a duplicate.
    const conflict = Buffer.from(bytes).includes(Buffer.from(frame.digest)) ? "duplicate" : "fork";
    return { conflict, index: idx, bytes };
  }
}

/** Digest of a state that no entry names: of its name too, which nothing else would hold. */
export function looseDigest(name: string, value: Uint8Array): Uint8Array {
  return sha256(concatBytes(new TextEncoder().encode(`${name}\0`), value));
}

/** The digests of states, as the last entry of their group holds them. */
export function digestsOf(states: { readonly [name: string]: Uint8Array }): { readonly [name: string]: Uint8Array } {
  return Object.fromEntries(Object.entries(states).map(([name, value]) => [name, sha256(value)]));
}
