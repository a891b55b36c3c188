/**
 * Any CBOR item as a value, strictly: for what has no fast path (unknown header fields, entry bytes in a receipt).
 *
 * Accepts what the formats of Twinward may hold: integers within ±(2^53 - 1), finite floats, texts, byte strings,
 * arrays, maps, booleans, null. Refuses tags, undefined, NaN, infinities, indefinite lengths and duplicate keys.
 */
import { CborReader, MAJOR } from "./cbor-reader.ts";
import { CborWriter } from "./cbor-writer.ts";
import { type FrameRefusal, refuseFrame } from "./refusals.ts";

export type CborValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<CborKey, CborValue>;

export type CborKey = number | string;

export const CBOR_DEPTH_MAX = 16;

/** The one item that `bytes` hold. Byte strings are views of the input. */
export function decodeCbor(bytes: Uint8Array): CborValue | FrameRefusal {
  const reader = new CborReader(bytes);
  const value = readValue(reader, CBOR_DEPTH_MAX);
  reader.finish();
  return reader.failure === undefined ? value : refuseFrame(reader.failure);
}

/** Reads one item of any type; null after a failure. */
export function readValue(reader: CborReader, depthLeft: number): CborValue {
  const major = reader.peekMajor();
  if (major === MAJOR.array || major === MAJOR.map) {
    if (depthLeft > 0) return major === MAJOR.array ? readArray(reader, depthLeft) : readMap(reader, depthLeft);
    reader.fail("CBOR_TOO_DEEP");
  }
  if (major === MAJOR.bytes) return reader.readBytes();
  if (major === MAJOR.text) return reader.readText();
  return major === MAJOR.simple ? readSimple(reader) : reader.readInteger();
}

function readSimple(reader: CborReader): number | boolean | null {
  const info = reader.peekByte() & 31;
  if (info >= 25 && info <= 27) {
    const value = reader.readNumber();
    if (!Number.isFinite(value)) reader.fail("READING_NOT_FINITE");
    return value;
  }
  const simple = reader.readSimple();
  if (simple < 20 || simple > 22) reader.fail("CBOR_UNEXPECTED_TYPE");
  return simple === 22 ? null : simple === 21;
}

function readArray(reader: CborReader, depthLeft: number): readonly CborValue[] {
  const count = reader.readArrayHead();
  const items: CborValue[] = [];
  for (let i = 0; i < count && reader.failure === undefined; i++) items.push(readValue(reader, depthLeft - 1));
  return items;
}

function readMap(reader: CborReader, depthLeft: number): ReadonlyMap<CborKey, CborValue> {
  const count = reader.readMapHead();
  const map = new Map<CborKey, CborValue>();
  for (let i = 0; i < count && reader.failure === undefined; i++) {
    const key = reader.peekMajor() === MAJOR.text ? reader.readText() : reader.readInteger();
    if (map.has(key)) reader.fail("CBOR_DUPLICATE_KEY");
    map.set(key, readValue(reader, depthLeft - 1));
  }
  return map;
}

/** Deterministic CBOR (RFC 8949 section 4.2.1): shortest heads, keys sorted by their bytes; floats as float64. */
export function encodeCbor(value: CborValue): Uint8Array {
  const writer = new CborWriter();
  writeValue(writer, value);
  return writer.finish();
}

function writeValue(writer: CborWriter, value: CborValue): void {
  if (value === null) writer.simple(22);
  else if (typeof value === "boolean") writer.simple(value ? 21 : 20);
  else if (typeof value === "number") writer.number(value);
  else if (typeof value === "string") writer.text(value);
  else if (value instanceof Uint8Array) writer.bytes(value);
  else if (isMap(value)) writeMap(writer, value);
  else {
    writer.arrayHead(value.length);
    for (const item of value) writeValue(writer, item);
  }
}

function isMap(
  value: readonly CborValue[] | ReadonlyMap<CborKey, CborValue>,
): value is ReadonlyMap<CborKey, CborValue> {
  return value instanceof Map;
}

function writeMap(writer: CborWriter, map: ReadonlyMap<CborKey, CborValue>): void {
  const pairs = [...map].map(([key, value]) => [encodeCbor(key), value] as const);
  pairs.sort(([left], [right]) => compareBytes(left, right));
  writer.mapHead(pairs.length);
  for (const [key, value] of pairs) {
    writer.raw(key);
    writeValue(writer, value);
  }
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i++) if (left[i] !== right[i]) return left[i]! - right[i]!;
  return left.length - right.length;
}
