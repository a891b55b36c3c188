/**
 * One SenML record: a map of integer labels (RFC 8428 section 6, table 4) and text labels.
 *
 * A text label that ends in `_` must be understood and is refused; so is a text that spells a label which CBOR writes
 * as an integer (two readers could disagree about it). Other unknown labels are read over.
 */
import { type CborReader, MAJOR, type NameGuide } from "./cbor-reader.ts";
import { readValue } from "./cbor-value.ts";

const RECORD_FIELDS_MAX = 32;
const DEPTH_MAX = 8;
const EXPONENT_MAX = 400;
const INTEGER_LABELS = new Set("bver bn bt bu bv bs n u v vs vb s t ut vd".split(" "));

/** The fields of one record; reused from record to record. */
export class SenmlRecord {
  version: number | undefined;
  baseName: string | undefined;
  baseTime: number | undefined;
  baseUnit: string | undefined;
  baseValue: number | undefined;
  name: string | undefined;
  unit: string | undefined;
  value: number | undefined;
  boolean: boolean | undefined;
  /** A text or data value is present. */
  otherValue = false;
  time: number | undefined;
  quality: string | undefined;

  clear(): void {
    this.version = this.baseTime = this.baseValue = this.value = this.time = undefined;
    this.baseName = this.baseUnit = this.name = this.unit = this.quality = undefined;
    this.boolean = undefined;
    this.otherValue = false;
  }
}

/** Where a record's name is looked for first: in the guide, under `next`. */
export interface NameGuess {
  readonly guide: NameGuide | undefined;
  next: number;
}

/** Reads the next record into `record`. */
export function readRecord(reader: CborReader, record: SenmlRecord, guess: NameGuess): void {
  record.clear();
  const count = reader.readMapHead();
  if (count > RECORD_FIELDS_MAX) reader.fail("CBOR_TOO_MANY");
  let seen = 0;
  let others: Set<string | number> | undefined;
  for (let i = 0; i < count && reader.failure === undefined; i++) {
    if (reader.peekMajor() === MAJOR.text) {
      others = noteOther(reader, others, readTextField(reader, record));
      continue;
    }
    const label = reader.readInteger();
    if (label < -6 || label > 8) {
      others = noteOther(reader, others, label);
      readValue(reader, DEPTH_MAX);
      continue;
    }
    const bit = 1 << (label + 6);
    if (seen & bit) reader.fail("CBOR_DUPLICATE_KEY");
    seen |= bit;
    readNumbered(reader, label, record, guess);
  }
}

function noteOther(
  reader: CborReader,
  others: Set<string | number> | undefined,
  label: string | number,
): Set<string | number> {
  const noted = others ?? new Set();
  if (noted.has(label)) reader.fail("CBOR_DUPLICATE_KEY");
  return noted.add(label);
}

function readTextField(reader: CborReader, record: SenmlRecord): string {
  const label = reader.readText();
  if (label === "quality") record.quality = reader.readText();
  else if (label.endsWith("_") || INTEGER_LABELS.has(label)) reader.fail("SENML_LABEL");
  else readValue(reader, DEPTH_MAX);
  return label;
}

function readNumbered(reader: CborReader, label: number, record: SenmlRecord, { guide, next }: NameGuess): void {
  switch (label) {
    case 0:
      record.name = guide === undefined ? reader.readRepeatedText() : reader.readGuidedText(guide, next);
      return;
    case 1:
      record.unit = reader.readRepeatedText();
      return;
    case 2:
      record.value = readDecimal(reader);
      return;
    case 4:
      record.boolean = readBoolean(reader);
      return;
    case 6:
      record.time = readDecimal(reader);
      return;
    case 3:
    case 8:
      record.otherValue = true;
      readValue(reader, 0);
      return;
    case 5:
    case 7:
    case -6:
      readDecimal(reader);
      return;
    default:
      readBase(reader, label, record);
  }
}

function readBase(reader: CborReader, label: number, record: SenmlRecord): void {
  if (label === -1) record.version = reader.readUnsigned();
  else if (label === -2) record.baseName = reader.readText();
  else if (label === -3) record.baseTime = readDecimal(reader);
  else if (label === -4) record.baseUnit = reader.readText();
  else record.baseValue = readDecimal(reader);
}

function readBoolean(reader: CborReader): boolean {
  const simple = reader.readSimple();
  if (simple !== 20 && simple !== 21) reader.fail("SENML_VALUE");
  return simple === 21;
}

/** An integer, a float or a decimal fraction (tag 4, RFC 8949 section 3.4.4). */
function readDecimal(reader: CborReader): number {
  if (reader.peekMajor() !== MAJOR.tag) return reader.readNumber();
  if (reader.readTag() !== 4 || reader.readArrayHead() !== 2) reader.fail("CBOR_UNEXPECTED_TYPE");
  const exponent = reader.readInteger();
  const mantissa = reader.readInteger();
  if (Math.abs(exponent) > EXPONENT_MAX) reader.fail("CBOR_INTEGER_RANGE");
  return Number(`${mantissa}e${exponent}`);
}
