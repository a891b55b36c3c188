/** Rows as lines of the site's CSV format; an unreported value is an empty cell. */
import type { CsvProfile } from "@twinward/plant";
import type { LabSite } from "./lab-site.ts";
import type { Row } from "./rows.ts";

export function csvHeader(site: LabSite, withLabel: boolean): string {
  const { timeColumn, labelColumn, delimiter } = site.csv;
  const label = withLabel && labelColumn !== undefined ? [labelColumn] : [];
  return [timeColumn, ...site.signals.map((signal) => signal.id), ...label].join(delimiter);
}

export function csvLine(site: LabSite, row: Row, values: Float64Array, withLabel: boolean): string {
  const cells = Array.from(values, (value) => (Number.isNaN(value) ? "" : String(value)));
  const label = withLabel && site.csv.labelColumn !== undefined ? [String(row.label)] : [];
  return [csvTime(site.csv, row.timeMs), ...cells, ...label].join(site.csv.delimiter);
}

/** A time in the site's format, UTC. */
export function csvTime({ timeFormat }: Pick<CsvProfile, "timeFormat">, timeMs: number): string {
  const iso = new Date(timeMs).toISOString();
  if (timeFormat === "iso") return iso.replace(".000Z", "Z");
  const parts: Readonly<Record<string, string>> = {
    YYYY: iso.slice(0, 4),
    YY: iso.slice(2, 4),
    MM: iso.slice(5, 7),
    DD: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
  };
  return timeFormat.replace(/YYYY|YY|MM|DD|HH|mm|ss/g, (part) => parts[part]!);
}
