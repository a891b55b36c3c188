/**
 * Readings by signal name where there is no site at hand: a device knows its own signals and nothing else.
 *
 * The delimiter and the time format are told from the file itself; the time column is called time, timestamp, date or
 * datetime.
 */
import type { CsvProfile } from "../site.ts";
import { type CsvOptions, type CsvRow, openTable } from "./csv-table.ts";

const UNKNOWN: CsvProfile = { delimiter: ",", timeColumn: "time", timeFormat: "iso", labelColumn: undefined };

/** Rows with values by place in `names`. Throws UsageError, with the line, for what cannot be read. */
export async function openReadings(
  path: string,
  names: readonly string[],
  options: Pick<CsvOptions, "onUnknownColumn"> = {},
): Promise<AsyncIterable<CsvRow>> {
  const table = await openTable(path, { names, csv: UNKNOWN, owner: "this device" }, options);
  return table.rows;
}
