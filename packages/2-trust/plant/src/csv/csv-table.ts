/**
 * A table of recorded values, row by row and never whole in memory.
 *
 * Values leave here as they were read; rounding to the stated resolution is the reader's first step (resolution.ts).
 */
import { UsageError } from "@twinward/kernel";
import { csvFields } from "./csv-fields.ts";
import { type CsvColumns, type CsvHeader, csvHeader } from "./csv-header.ts";
import { csvLines, type TextLine } from "./csv-lines.ts";
import { knownTimeFormat } from "./known-time-format.ts";
import { type TimeFormat, timeFormat } from "./time-format.ts";

export interface CsvRow {
  /** Line in the file, the header is 1. */
  readonly line: number;
  /** The time as it stands in the file, without quotes and outer blanks. */
  readonly timeText: string;
  /** Unix milliseconds. */
  readonly timeMs: number;
  /** By place of the name asked for; NaN where the field is empty or `NaN`, or the column is missing. */
  readonly values: Float64Array;
  /** 1 attack, 0 none, -999 unknown (also where the field is empty); undefined unless `labelled`. */
  readonly label: number | undefined;
}

export interface CsvOptions {
  /** Read the site's label column too. Otherwise it is a column like any other that the site does not know. */
  readonly labelled?: boolean;
  /** Told once for each column that the site does not know; the column is ignored. */
  readonly onUnknownColumn?: (name: string) => void;
}

export interface Table {
  /** Places of the names that have a column, in the order of the file. */
  readonly present: readonly number[];
  /** How its times are written: the stated format, or a well-known one when the first row is not in it. */
  readonly timeFormat: TimeFormat;
  /** Rows in the order of the file, read as they are asked for. Can be gone through once. */
  readonly rows: AsyncIterable<CsvRow>;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const LABELS = [1, 0, -999];

/** Opens a table with the columns wanted. Throws UsageError, with the line, for what cannot be read; so do its rows. */
export async function openTable(path: string, wanted: CsvColumns, options: CsvOptions): Promise<Table> {
  const lines = csvLines(path);
  try {
    const first = await lines.next();
    if (first.done === true) throw new UsageError(`${path} is empty`);
    const header = csvHeader(wanted, path, first.value, options.labelled ?? false);
    for (const name of header.unknown) options.onUnknownColumn?.(name);
    const second = await lines.next();
    const firstRow = second.done === true ? undefined : second.value;
    const format = rowTimeFormat(wanted.csv.timeFormat, path, header, firstRow);
    const reader = new RowReader(path, header, format, wanted.names);
    const present = header.values.map(({ place }) => place);
    return { present, timeFormat: format, rows: rowsOf(reader, firstRow, lines) };
  } catch (cause) {
    await lines.return();
    throw cause;
  }
}

async function* rowsOf(
  reader: RowReader,
  first: TextLine | undefined,
  lines: AsyncGenerator<TextLine, void, undefined>,
): AsyncGenerator<CsvRow, void, undefined> {
  try {
    if (first !== undefined) yield reader.row(first);
    for await (const line of lines) yield reader.row(line);
  } finally {
    await lines.return();
  }
}

function rowTimeFormat(statedFormat: string, path: string, header: CsvHeader, first: TextLine | undefined): TimeFormat {
  const stated = timeFormat(statedFormat);
  const text = first === undefined ? undefined : csvFields(first.text, header.delimiter)?.[header.timeColumn];
  if (stated !== undefined && (text === undefined || stated.parse(text) !== undefined)) return stated;
  const known = text === undefined ? undefined : knownTimeFormat(text);
  const format = known === undefined ? stated : timeFormat(known);
  if (format === undefined) throw new UsageError(`${path}: "${statedFormat}" is no time format`);
  return format;
}

class RowReader {
  readonly #path: string;
  readonly #header: CsvHeader;
  readonly #format: TimeFormat;
  readonly #names: readonly string[];

  constructor(path: string, header: CsvHeader, format: TimeFormat, names: readonly string[]) {
    this.#path = path;
    this.#header = header;
    this.#format = format;
    this.#names = names;
  }

  row({ line, text }: TextLine): CsvRow {
    const fields = csvFields(text, this.#header.delimiter);
    if (fields === undefined) this.#fail(line, "a quoted field is not closed");
    const { columns, timeColumn, labelColumn } = this.#header;
    if (fields.length < columns || fields.slice(columns).some((field) => field !== "")) {
      this.#fail(line, `has ${fields.length} fields, the header has ${columns}`);
    }
    const timeText = fields[timeColumn] as string;
    const timeMs =
      this.#format.parse(timeText) ?? this.#fail(line, `"${shown(timeText)}" is no time of this file's format`);
    const values = new Float64Array(this.#names.length).fill(Number.NaN);
    for (const { column, place } of this.#header.values)
      values[place] = this.#value(line, fields[column] as string, place);
    const label = labelColumn === undefined ? undefined : this.#label(line, fields[labelColumn] as string);
    return { line, timeText, timeMs, values, label };
  }

  #value(line: number, text: string, place: number): number {
    if (text === "" || /^nan$/i.test(text)) return Number.NaN;
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? value : this.#fail(line, `${this.#names[place]}: "${shown(text)}" is no number`);
  }

  #label(line: number, text: string): number {
    const label = text === "" ? -999 : Number(text);
    return LABELS.includes(label) ? label : this.#fail(line, `label "${shown(text)}" is none of 1, 0, -999`);
  }

  #fail(line: number, message: string): never {
    throw new UsageError(`${this.#path}:${line}: ${message}`);
  }
}

function shown(text: string): string {
  return text.slice(0, 60);
}
