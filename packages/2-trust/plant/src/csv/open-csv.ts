/** Recorded data of a site: the columns are its signals. */
import type { Signal, Site } from "../site.ts";
import { type CsvOptions, type CsvRow, openTable } from "./csv-table.ts";
import type { TimeFormat } from "./time-format.ts";

export interface CsvTable {
  /** Signals that have a column, in the order of the file. */
  readonly signals: readonly Signal[];
  /** Ids of signals without a column. */
  readonly missing: readonly string[];
  /** How its times are written: the site's format, or a well-known one when the first row is not in it. */
  readonly timeFormat: TimeFormat;
  /** Rows in the order of the file, values by `Signal.number`, read as they are asked for. Can be gone through once. */
  readonly rows: AsyncIterable<CsvRow>;
}

/** Opens recorded data of a site. Throws UsageError, with the line, for what cannot be read; so do its rows. */
export async function openCsv(site: Site, path: string, options: CsvOptions = {}): Promise<CsvTable> {
  const names = site.signals.map((signal) => signal.column ?? signal.id);
  const table = await openTable(path, { names, csv: site.csv, owner: `site ${site.id}` }, options);
  const present = new Set(table.present);
  return {
    signals: table.present.map((place) => site.signals[place] as Signal),
    missing: site.signals.filter((signal) => !present.has(signal.number)).map((signal) => signal.id),
    timeFormat: table.timeFormat,
    rows: table.rows,
  };
}
