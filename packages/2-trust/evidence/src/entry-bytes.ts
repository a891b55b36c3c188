/**
 * The bytes of an entry, as docs/formats/entry.md defines them, and back.
 *
 * Invariant: an entry has exactly one form: encodeEntry(decodeEntry(bytes)) gives the same bytes, or decodeEntry refuses.
 */
import { type CborValue, decodeCbor } from "@twinward/frame";
import { equalBytes, isRefusal, type Refusal, refuse } from "@twinward/kernel";
import { ENTRY_KINDS, type EntryKind, type Fact, type FrameKey, type LogEntry } from "./entry.ts";
import { FactWriter } from "./fact-bytes.ts";

/** What an entry says about its body. */
export interface BodyMark {
  /** Names the data key, 8 bytes (data-key.ts). */
  readonly key: Uint8Array;
  /** SHA-256 of salt and body; absent for frames, whose digest is the commitment. */
  readonly commitment: Uint8Array | undefined;
}

export interface EntryContent {
  readonly kind: EntryKind;
  readonly atMs: number;
  readonly facts: { readonly [name: string]: Fact };
  readonly body: BodyMark | undefined;
  /** SHA-256 of each derived state that became durable with this entry. */
  readonly states: { readonly [name: string]: Uint8Array } | undefined;
}

const ENTRY_VERSION = 1;
const writer = new FactWriter();
const KINDS: ReadonlySet<string> = new Set(ENTRY_KINDS);

/** Throws RangeError when the entry is longer than ENTRY_BYTES_MAX. */
export function encodeEntry(content: EntryContent): Buffer {
  const { kind, atMs, facts, body, states } = content;
  writer.start();
  writer.mapHead(4 + (body === undefined ? 0 : 1) + (states === undefined ? 0 : 1));
  writer.key("v");
  writer.value(ENTRY_VERSION);
  writer.key("at");
  writer.value(atMs);
  if (body !== undefined) writeBody(body);
  writer.key("kind");
  writer.value(kind);
  writer.key("facts");
  writer.value(facts);
  if (states !== undefined) {
    writer.key("states");
    writer.value(states);
  }
  return writer.finish();
}

function writeBody(body: BodyMark): void {
  writer.key("body");
  writer.mapHead(body.commitment === undefined ? 1 : 2);
  writer.key("key");
  writer.value(body.key);
  if (body.commitment === undefined) return;
  writer.key("commit");
  writer.value(body.commitment);
}

/** Reads an entry; refuses everything that encodeEntry would not have written. */
export function decodeEntry(bytes: Uint8Array): EntryContent | Refusal<"ENTRY_MALFORMED"> {
  const item = decodeCbor(bytes);
  if (isRefusal(item)) return malformed(item.code);
  const map = factOf(item);
  if (!isFactMap(map)) return malformed("not a map");
  const { v, at, kind, facts, body, states, ...rest } = map;
  if (v !== ENTRY_VERSION || Object.keys(rest).length > 0) return malformed("version or fields");
  if (typeof at !== "number" || !Number.isSafeInteger(at)) return malformed("at");
  if (typeof kind !== "string" || !KINDS.has(kind)) return malformed("kind");
  if (!isFactMap(facts)) return malformed("facts");
  const mark = body === undefined ? undefined : bodyMarkOf(body);
  if (mark === null || !(states === undefined || isDigests(states))) return malformed("body or states");
  const content = { kind: kind as EntryKind, atMs: at, facts, body: mark, states };
  return equalBytes(encodeEntry(content), bytes) ? content : malformed("not the one form of its content");
}

function bodyMarkOf(body: Fact): BodyMark | null {
  if (!isFactMap(body) || !isBytes(body.key, 8)) return null;
  const { key, commit, ...rest } = body;
  if (Object.keys(rest).length > 0 || !(commit === undefined || isBytes(commit, 32))) return null;
  return { key, commitment: commit };
}

/** The place in a device's chain that the facts of a `frame` entry name; undefined when they name none. */
export function frameKeyOf(facts: { readonly [name: string]: Fact }): FrameKey | undefined {
  const { device, boot, seq, digest, prev } = facts;
  if (typeof device !== "string" || typeof boot !== "number" || typeof seq !== "number") return undefined;
  if (!isBytes(digest, 32) || !isBytes(prev, 32)) return undefined;
  return { device, boot, sequence: seq, digest, previous: prev };
}

/** The entry at `index` from its stored bytes. Throws nothing: what does not decode is a refusal. */
export function logEntryOf(index: number, bytes: Uint8Array): LogEntry | Refusal<"ENTRY_MALFORMED"> {
  const content = decodeEntry(bytes);
  if (isRefusal(content)) return content;
  const { kind, atMs, facts } = content;
  return { index, kind, atMs, facts, bytes, frame: kind === "frame" ? frameKeyOf(facts) : undefined };
}

function factOf(value: CborValue): Fact | undefined {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return value;
  if (!(value instanceof Map)) return (value as readonly CborValue[]).map((item) => factOf(item) ?? null);
  const map: Record<string, Fact> = Object.create(null);
  for (const [key, item] of value as ReadonlyMap<string | number, CborValue>) {
    if (typeof key !== "string") return undefined;
    const fact = factOf(item);
    if (fact === undefined) return undefined;
    map[key] = fact;
  }
  return map;
}

export function isFactMap(fact: Fact | undefined): fact is { readonly [name: string]: Fact } {
  return typeof fact === "object" && fact !== null && !Array.isArray(fact) && !(fact instanceof Uint8Array);
}

function isDigests(fact: Fact): fact is { readonly [name: string]: Uint8Array } {
  return isFactMap(fact) && Object.values(fact).every((digest) => isBytes(digest, 32));
}

export function isBytes(fact: Fact | undefined, length: number): fact is Uint8Array {
  return fact instanceof Uint8Array && fact.length === length;
}

function malformed(what: string): Refusal<"ENTRY_MALFORMED"> {
  return refuse("ENTRY_MALFORMED", "operator", what);
}
