/**
 * One line of an estimates file: the input's columns, each measured value where it is believed and the substituted value
 * where it is not. The original file stays as it is.
 */
import type { Judgement } from "@twinward/detection";
import type { CsvRow, CsvTable, Site } from "@twinward/plant";

const DIGITS = 6;

export function estimateHeader(site: Site, table: CsvTable): string {
  return [site.csv.timeColumn, ...table.signals.map((signal) => signal.id)].join(",");
}

export function estimateLine(row: CsvRow, judgement: Judgement, table: CsvTable): string {
  const substituted = new Set(judgement.substituted);
  const values = table.signals.map(({ number }) => {
    const measured = row.values[number] ?? Number.NaN;
    const value =
      substituted.has(number) || Number.isNaN(measured) ? (judgement.estimates[number] ?? Number.NaN) : measured;
    return Number.isNaN(value) ? "" : String(Number(value.toPrecision(DIGITS)));
  });
  return [row.timeText, ...values].join(",");
}
