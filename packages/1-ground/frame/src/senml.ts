/**
 * Profile 1, a SenML pack in CBOR (RFC 8428), resolved to a block of readings.
 *
 * Beyond the RFC: times are absolute once resolved, values are numbers or booleans (1 and 0), one unit per name, and a
 * record may say its quality under the text label `quality` (a word of QUALITIES). Sums are read over; text and data
 * values are refused, because no signal has them.
 */
import { QUALITIES, type Quality, READINGS_MAX, type ReadingBlock } from "@twinward/kernel";
import { allocateBlock } from "./block-memory.ts";
import { CborReader } from "./cbor-reader.ts";
import { TIME_MS_MAX, TIME_MS_MIN } from "./event-time.ts";
import { type FrameRefusal, type FrameRefusalCode, refuseFrame } from "./refusals.ts";
import type { SenmlGuide } from "./senml-guide.ts";
import { isSenmlName } from "./senml-name.ts";
import { readRecord, SenmlRecord } from "./senml-record.ts";

export const SENML_TYPE = "application/senml+cbor";

const VERSION = 10;

export interface SenmlPack extends ReadingBlock {
  /** SenML unit of each name; undefined when the pack does not say. */
  readonly units: readonly (string | undefined)[];
}

/** What the records read so far mean for the next one. */
interface Base {
  name: string;
  time: number;
  unit: string | undefined;
  value: number | undefined;
  version: number | undefined;
}

/** @param guide makes packs that follow the device's table faster; the answer is the same without it */
export function decodeSenml(payload: Uint8Array, guide?: SenmlGuide): SenmlPack | FrameRefusal {
  const reader = new CborReader(payload);
  const count = reader.readArrayHead();
  if (reader.failure === undefined && (count === 0 || count > READINGS_MAX)) return refuseFrame("READINGS_COUNT");
  const pack = new PackBuilder(count, guide?.names ?? []);
  const base: Base = { name: "", time: 0, unit: undefined, value: undefined, version: undefined };
  const record = new SenmlRecord();
  const guess = { guide, next: 0 };
  for (let i = 0; i < count && reader.failure === undefined; i++) {
    guess.next = pack.size;
    readRecord(reader, record, guess);
    takeBase(reader, record, base);
    if (reader.failure !== undefined) break;
    const wrong = addReading(record, base, pack, i);
    if (wrong !== undefined) reader.fail(wrong);
  }
  reader.finish();
  return reader.failure === undefined ? pack.finish() : refuseFrame(reader.failure, "In the SenML pack.");
}

function takeBase(reader: CborReader, record: SenmlRecord, base: Base): void {
  if (record.baseName !== undefined) base.name = record.baseName;
  if (record.baseTime !== undefined) base.time = record.baseTime;
  if (record.baseUnit !== undefined) base.unit = record.baseUnit;
  if (record.baseValue !== undefined) base.value = record.baseValue;
  if (record.version === undefined) return;
  // RFC 8428 section 4.4: all records of a pack have the same version.
  if (record.version > VERSION || (base.version ?? record.version) !== record.version) reader.fail("SENML_VERSION");
  base.version = record.version;
}

/** Puts the resolved record into the pack, or says why not. */
function addReading(record: SenmlRecord, base: Base, pack: PackBuilder, i: number): FrameRefusalCode | undefined {
  const value = resolvedValue(record, base);
  if (value === undefined) return "SENML_VALUE";
  const timeMs = Math.round((base.time + (record.time ?? 0)) * 1000);
  if (!Number.isFinite(value) || !Number.isFinite(timeMs)) return "READING_NOT_FINITE";
  if (timeMs < TIME_MS_MIN) return "SENML_TIME_RELATIVE";
  if (timeMs > TIME_MS_MAX) return "READING_TIME_RANGE";
  const quality = record.quality === undefined ? 0 : QUALITIES.indexOf(record.quality as Quality);
  if (quality < 0) return "READING_QUALITY";
  const signal = pack.signalOf(base.name + (record.name ?? ""), record.unit ?? base.unit);
  if (typeof signal === "string") return signal;
  pack.set(i, signal, timeMs, value, quality);
  return undefined;
}

/** Numbers add to the base value; a boolean stands alone; with a base value only, that is the value. */
function resolvedValue(record: SenmlRecord, base: Base): number | undefined {
  if (record.otherValue) return undefined;
  if (record.boolean !== undefined) return record.value === undefined ? Number(record.boolean) : undefined;
  if (record.value === undefined) return base.value;
  return base.value === undefined ? record.value : base.value + record.value;
}

class PackBuilder {
  readonly #expected: readonly string[];
  readonly #names: string[] = [];
  readonly #units: (string | undefined)[] = [];
  /** Missing as long as the names are just those expected, in order. */
  #numberOf: Map<string, number> | undefined;
  readonly #block: ReadingBlock;

  constructor(count: number, expected: readonly string[]) {
    this.#expected = expected;
    this.#block = allocateBlock(count, this.#names);
  }

  /** Number of names so far. */
  get size(): number {
    return this.#names.length;
  }

  /** The number of a name in this pack, or why it is refused. */
  signalOf(name: string, unit: string | undefined): number | "SENML_NAME" | "SENML_UNIT" {
    const next = this.#names.length;
    if (this.#numberOf === undefined && next < this.#expected.length && name === this.#expected[next]) {
      return this.#add(name, unit);
    }
    this.#numberOf ??= new Map(this.#names.map((known, number) => [known, number]));
    const known = this.#numberOf.get(name);
    if (known !== undefined) return this.#units[known] === unit ? known : "SENML_UNIT";
    if (!isSenmlName(name)) return "SENML_NAME";
    this.#numberOf.set(name, next);
    return this.#add(name, unit);
  }

  set(i: number, signal: number, timeMs: number, value: number, quality: number): void {
    const { signals, timesMs, values, qualities } = this.#block;
    signals[i] = signal;
    timesMs[i] = timeMs;
    values[i] = value;
    qualities[i] = quality;
  }

  finish(): SenmlPack {
    return { ...this.#block, units: this.#units };
  }

  #add(name: string, unit: string | undefined): number {
    this.#units.push(unit);
    return this.#names.push(name) - 1;
  }
}
