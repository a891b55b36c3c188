import type { Signal, Site } from "../site.ts";

export interface CsvRow {
  /** Line in the file, the header is 1. */
  readonly line: number;
  /** The time as it stands in the file, without quotes and outer blanks. */
  readonly timeText: string;
  /** Unix milliseconds. */
  readonly timeMs: number;
  /** By `Signal.number`; NaN where the field is empty or `NaN`, or the column is missing. */
  readonly values: Float64Array;
  /** 1 attack, 0 none, -999 unknown; undefined unless `labelled`. */
  readonly label: number | undefined;
}

export interface CsvOptions {
  /** Read the site's label column too. Otherwise it is a column like any other that the site does not know. */
  readonly labelled?: boolean;
  /** Told once for each column that the site does not know; the column is ignored. */
  readonly onUnknownColumn?: (name: string) => void;
}

export interface CsvTable {
  /** Signals that have a column, in the order of the file. */
  readonly signals: readonly Signal[];
  /** Ids of signals without a column. */
  readonly missing: readonly string[];
  /** Rows in the order of the file, read as they are asked for. Can be gone through once. */
  readonly rows: AsyncIterable<CsvRow>;
}

/** Opens recorded data of a site. Throws UsageError, with the line, for what cannot be read. */
export async function openCsv(_site: Site, _path: string, _options: CsvOptions = {}): Promise<CsvTable> {
  throw new Error("not built yet");
}
