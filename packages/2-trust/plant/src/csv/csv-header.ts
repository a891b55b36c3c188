/**
 * What the columns of a file mean to its reader: the time, signals, perhaps a label, and what nobody asked for.
 */
import { UsageError } from "@twinward/kernel";
import type { CsvProfile } from "../site.ts";
import { csvFields } from "./csv-fields.ts";
import type { TextLine } from "./csv-lines.ts";

export const CSV_COLUMNS_MAX = 100_000;

/** What is looked for in a header. */
export interface CsvColumns {
  /** Columns of values, in the reader's order. */
  readonly names: readonly string[];
  readonly csv: CsvProfile;
  /** Whose names these are, for messages: `site c-town`. */
  readonly owner: string;
}

export interface CsvHeader {
  readonly delimiter: string;
  /** How many fields each row has. */
  readonly columns: number;
  readonly timeColumn: number;
  readonly labelColumn: number | undefined;
  /** In the order of the file. */
  readonly values: readonly { readonly column: number; readonly place: number }[];
  readonly unknown: readonly string[];
}

/** @param labelled whether the label column is looked for too. Throws UsageError. */
export function csvHeader(wanted: CsvColumns, path: string, header: TextLine, labelled: boolean): CsvHeader {
  const fail = (message: string, remedy?: string): never => {
    throw new UsageError(`${path}:${header.line}: ${message}`, remedy === undefined ? {} : { remedy });
  };
  const { delimiter, names } = headerNames(wanted.csv, path, header);
  const timeColumn = timeColumnOf(wanted.csv, names);
  if (timeColumn < 0)
    fail(`has no time column "${wanted.csv.timeColumn}"`, "name it as csv.timeColumn in site.yaml does");
  const labelName = labelled ? wanted.csv.labelColumn : undefined;
  const label = labelName === undefined ? -1 : names.indexOf(labelName);
  if (labelled && label < 0) fail(`has no label column "${labelName ?? "(none in site.yaml)"}"`);
  const placeOf = new Map(wanted.names.map((name, place) => [name, place]));
  const values = names.flatMap((name, column) => {
    const place = placeOf.get(name);
    return place === undefined ? [] : [{ column, place }];
  });
  if (values.length === 0) fail(`no column names a signal of ${wanted.owner}`);
  const seen = new Set<number>();
  const twice = values.find(({ place }) => seen.size === seen.add(place).size);
  if (twice !== undefined) fail(`column "${names[twice.column]}" is there twice`);
  const unknown = names.filter((name, i) => i !== timeColumn && i !== label && name !== "" && !placeOf.has(name));
  const labelColumn = label < 0 ? undefined : label;
  return { delimiter, columns: names.length, timeColumn, labelColumn, values, unknown: [...new Set(unknown)] };
}

/** The stated delimiter, unless only the other one splits the line. */
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

/** The stated time column, or one whose name can mean nothing else. */
function timeColumnOf(csv: CsvProfile, names: readonly string[]): number {
  const exact = names.indexOf(csv.timeColumn);
  return exact >= 0 ? exact : names.findIndex((name) => /^(date_?time|time_?stamp|time|date)$/i.test(name));
}
