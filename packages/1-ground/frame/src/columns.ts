/**
 * Profile 2, columns: readings as typed arrays (RFC 8746) against the device's signal table.
 *
 * A map of five fields: 1 base time (Unix milliseconds), 2 signal numbers (uint8 or uint16), 3 time offsets from the
 * base (milliseconds; uint8, uint16 or uint32; absent means all 0), 4 values (float32 or float64), 5 qualities (uint8,
 * numbers of QUALITIES; absent means all good). Arrays wider than a byte are little-endian.
 *
 * Invariant: what decodes is a ReadingBlock whose arrays share one allocation.
 */
import { assert, QUALITIES, READINGS_MAX, type ReadingBlock } from "@twinward/kernel";
import { allocateBlock } from "./block-memory.ts";
import { CborReader } from "./cbor-reader.ts";
import { CborWriter } from "./cbor-writer.ts";
import { isEventTime } from "./event-time.ts";
import { type FrameRefusal, refuseFrame } from "./refusals.ts";
import { bytesOf, type Column, copyColumn, readColumn, TYPED } from "./typed-array.ts";

export const COLUMNS_TYPE = "application/vnd.twinward.columns+cbor";

const FIELD = { base: 1, signals: 2, offsets: 3, values: 4, qualities: 5 } as const;
const FIELDS_MAX = 5;

interface Columns {
  baseMs: number;
  signals: Column | undefined;
  offsets: Column | undefined;
  values: Column | undefined;
  qualities: Column | undefined;
}

/** @param names the signal names of the table whose digest the frame carries, by number */
export function decodeColumns(payload: Uint8Array, names: readonly string[]): ReadingBlock | FrameRefusal {
  const reader = new CborReader(payload);
  const columns = readColumns(reader);
  if (reader.failure !== undefined) return refuseFrame(reader.failure, "In the columns.");
  const { baseMs, signals, values } = columns;
  if (signals === undefined || values === undefined) return refuseFrame("COLUMNS_FIELD");
  const count = values.count;
  if (count === 0 || count > READINGS_MAX) return refuseFrame("READINGS_COUNT");
  if (!haveCount(columns, count)) return refuseFrame("COLUMNS_LENGTH");
  if (!isEventTime(baseMs)) return refuseFrame("READING_TIME_RANGE");
  const block = allocateBlock(count, names);
  copyColumn(values, block.values);
  copyColumn(signals, block.signals);
  if (columns.offsets !== undefined) copyColumn(columns.offsets, block.timesMs);
  if (columns.qualities !== undefined) copyColumn(columns.qualities, block.qualities);
  return finishBlock(block, baseMs);
}

function readColumns(reader: CborReader): Columns {
  const columns: Columns = {
    baseMs: -1,
    signals: undefined,
    offsets: undefined,
    values: undefined,
    qualities: undefined,
  };
  const count = reader.readMapHead();
  if (count > FIELDS_MAX) reader.fail("COLUMNS_FIELD");
  let seen = 0;
  for (let i = 0; i < count && reader.failure === undefined; i++) {
    const field = reader.readUnsigned();
    if (field > FIELDS_MAX) reader.fail("COLUMNS_FIELD");
    if (seen & (1 << field)) reader.fail("CBOR_DUPLICATE_KEY");
    seen |= 1 << field;
    readField(reader, field, columns);
  }
  reader.finish();
  return columns;
}

function readField(reader: CborReader, field: number, columns: Columns): void {
  if (field === FIELD.base) columns.baseMs = reader.readUnsigned();
  else if (field === FIELD.signals) columns.signals = readColumn(reader, TYPED.uint8 | TYPED.uint16);
  else if (field === FIELD.offsets) columns.offsets = readColumn(reader, TYPED.uint8 | TYPED.uint16 | TYPED.uint32);
  else if (field === FIELD.values) columns.values = readColumn(reader, TYPED.float32 | TYPED.float64);
  else if (field === FIELD.qualities) columns.qualities = readColumn(reader, TYPED.uint8);
  else reader.fail("COLUMNS_FIELD");
}

function haveCount(columns: Columns, count: number): boolean {
  const { signals, offsets, qualities } = columns;
  return signals?.count === count && (offsets?.count ?? count) === count && (qualities?.count ?? count) === count;
}

/** Which signals occur: `marks[number] === mark` means in the block at hand. One array for all calls, never cleared. */
let marks = new Float64Array(256);
let mark = 0;

/** Turns offsets into times and checks every element; then leaves out names that do not occur. */
function finishBlock(block: ReadingBlock, baseMs: number): ReadingBlock | FrameRefusal {
  const { names, timesMs, values, signals, qualities } = block;
  if (marks.length < names.length) marks = new Float64Array(2 * names.length);
  mark += 1;
  let occurring = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const signal = signals[i]!;
    const timeMs = timesMs[i]! + baseMs;
    // Only NaN and the infinities differ from zero when taken from themselves.
    if (value - value !== 0) return refuseFrame("READING_NOT_FINITE");
    if (signal >= names.length) return refuseFrame("SIGNAL_UNKNOWN");
    if (qualities[i]! >= QUALITIES.length) return refuseFrame("READING_QUALITY");
    if (timeMs > Number.MAX_SAFE_INTEGER) return refuseFrame("READING_TIME_RANGE");
    timesMs[i] = timeMs;
    if (marks[signal] === mark) continue;
    marks[signal] = mark;
    occurring += 1;
  }
  return occurring === names.length ? block : onlyOccurring(block);
}

/** Numbers the signals anew, so that `names` holds those that occur, as ReadingBlock promises. */
function onlyOccurring(block: ReadingBlock): ReadingBlock {
  const { names, signals } = block;
  const newNumber = new Uint32Array(names.length);
  const kept: string[] = [];
  for (let number = 0; number < names.length; number++) {
    if (marks[number] === mark) newNumber[number] = kept.push(names[number]!) - 1;
  }
  for (let i = 0; i < signals.length; i++) signals[i] = newNumber[signals[i]!]!;
  return { ...block, names: kept };
}

export interface ColumnsOptions {
  /** Half the bytes; values are rounded to 24 bits. Default false. */
  readonly float32?: boolean;
}

/** @param names the signal table; every name of the block must be in it */
export function encodeColumns(block: ReadingBlock, names: readonly string[], options: ColumnsOptions = {}): Uint8Array {
  const count = block.values.length;
  assert(count >= 1 && count <= READINGS_MAX, "a block has 1 to READINGS_MAX readings");
  assert(block.values.every(Number.isFinite), "a block holds finite values");
  const baseMs = block.timesMs.reduce((least, timeMs) => Math.min(least, timeMs));
  const offsets = Uint32Array.from(block.timesMs, (timeMs) => timeMs - baseMs);
  assert(
    isEventTime(baseMs) && offsets.every((offset, i) => offset + baseMs === block.timesMs[i]),
    "times fit a frame",
  );
  const writer = new CborWriter(32 + 16 * count).mapHead(
    2 + Number(offsets.some(Boolean)) + 1 + Number(block.qualities.some(Boolean)),
  );
  writer.unsigned(FIELD.base).unsigned(baseMs);
  writeColumn(writer, FIELD.signals, tableNumbers(block, names));
  if (offsets.some(Boolean)) writeColumn(writer, FIELD.offsets, narrow(offsets));
  writeColumn(writer, FIELD.values, options.float32 ? Float32Array.from(block.values) : block.values);
  if (block.qualities.some(Boolean)) writeColumn(writer, FIELD.qualities, block.qualities);
  return writer.finish();
}

function tableNumbers(block: ReadingBlock, names: readonly string[]): Uint8Array | Uint16Array {
  const numberOf = new Map(names.map((name, number) => [name, number]));
  const numbers = Uint16Array.from(block.signals, (signal) => numberOf.get(block.names[signal] ?? "") ?? -1);
  assert(
    block.names.every((name) => numberOf.has(name)) && names.length <= 65_536,
    "every signal of a block is in the signal table",
  );
  return names.length <= 256 ? Uint8Array.from(numbers) : numbers;
}

function narrow(offsets: Uint32Array): Uint8Array | Uint16Array | Uint32Array {
  const most = offsets.reduce((high, offset) => Math.max(high, offset));
  if (most < 0x100) return Uint8Array.from(offsets);
  return most < 0x10000 ? Uint16Array.from(offsets) : offsets;
}

function writeColumn(
  writer: CborWriter,
  field: number,
  column: Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array,
): void {
  const { tag, bytes } = bytesOf(column);
  writer.unsigned(field).tag(tag).bytes(bytes);
}
