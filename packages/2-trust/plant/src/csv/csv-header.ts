/**
 * What the columns of a file mean to a site: the time, signals, perhaps a label, and what it does not know.
 */
import { UsageError } from "@twinward/kernel";
import type { CsvProfile, Signal, Site } from "../site.ts";
import { csvFields } from "./csv-fields.ts";
import type { TextLine } from "./csv-lines.ts";

export const CSV_COLUMNS_MAX = 100_000;

export interface CsvHeader {
  readonly delimiter: string;
  /** How many fields each row has. */
  readonly columns: number;
  readonly timeColumn: number;
  readonly labelColumn: number | undefined;
  /** In the order of the file. */
  readonly signals: readonly { readonly column: number; readonly signal: Signal }[];
  readonly unknown: readonly string[];
}

/** @param labelled whether the site's label column is one we know. Throws UsageError. */
export function csvHeader(site: Site, path: string, header: TextLine, labelled: boolean): CsvHeader {
  const { delimiter, names } = headerNames(site.csv, path, header);
  const timeColumn = timeColumnOf(site, names);
  if (timeColumn < 0) {
    throw new UsageError(`${path}:${header.line}: has no time column "${site.csv.timeColumn}"`, {
      remedy: "name the time column as csv.timeColumn in site.yaml does",
    });
  }
  const byName = new Map(site.signals.map((signal) => [signal.column ?? signal.id, signal]));
  const label = labelled && site.csv.labelColumn !== undefined ? names.indexOf(site.csv.labelColumn) : -1;
  if (labelled && label < 0) {
    throw new UsageError(
      `${path}:${header.line}: has no label column "${site.csv.labelColumn ?? "(none in site.yaml)"}"`,
    );
  }
  const signals = names.flatMap((name, column) => {
    const signal = byName.get(name);
    return signal === undefined ? [] : [{ column, signal }];
  });
  const twice = signals.find(({ signal }, i) => signals.findIndex((other) => other.signal === signal) !== i);
  if (twice !== undefined)
    throw new UsageError(`${path}:${header.line}: column "${names[twice.column]}" is there twice`);
  if (signals.length === 0) throw new UsageError(`${path}:${header.line}: no column names a signal of site ${site.id}`);
  const unknown = names.filter((name, i) => i !== timeColumn && i !== label && name !== "" && !byName.has(name));
  return {
    delimiter,
    columns: names.length,
    timeColumn,
    labelColumn: label < 0 ? undefined : label,
    signals,
    unknown: [...new Set(unknown)],
  };
}

/** The site's delimiter, unless only the other one splits the line. */
export function headerNames(
  profile: CsvProfile,
  path: string,
  header: TextLine,
): { delimiter: string; names: string[] } {
  const other = profile.delimiter === "," ? ";" : ",";
  const delimiter = header.text.includes(profile.delimiter) || !header.text.includes(other) ? profile.delimiter : other;
  const names = csvFields(header.text, delimiter);
  if (names === undefined) throw new UsageError(`${path}:${header.line}: a quoted field is not closed`);
  if (names.length > CSV_COLUMNS_MAX) {
    throw new UsageError(`${path}:${header.line}: more columns than CSV_COLUMNS_MAX (${CSV_COLUMNS_MAX})`);
  }
  return { delimiter, names };
}

/** The site's time column, or one whose name can mean nothing else. */
function timeColumnOf(site: Site, names: readonly string[]): number {
  const exact = names.indexOf(site.csv.timeColumn);
  return exact >= 0 ? exact : names.findIndex((name) => /^(date_?time|time_?stamp|time|date)$/i.test(name));
}
