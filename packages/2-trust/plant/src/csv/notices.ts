/**
 * Notices: planned events an operator tells the judge, from a CSV file `start,end,what`.
 *
 * Times are written as in the site's recorded data, or in ISO 8601. `what` is an element id or `holiday`.
 */
import { UsageError } from "@twinward/kernel";
import type { Notice, Site } from "../site.ts";
import { csvFields } from "./csv-fields.ts";
import { headerNames } from "./csv-header.ts";
import { csvLines, type TextLine } from "./csv-lines.ts";
import { knownTimeFormat } from "./known-time-format.ts";
import { timeFormat } from "./time-format.ts";

export const NOTICES_MAX = 10_000;
const WHAT_CHARACTERS_MAX = 200;

/** Reads planned events, in the order of the file. Throws UsageError with the line. */
export async function readNotices(site: Site, path: string): Promise<Notice[]> {
  const lines = csvLines(path);
  try {
    const header = await lines.next();
    if (header.done === true) throw new UsageError(`${path} is empty: its first line is start,end,what`);
    const { delimiter, names } = headerNames(site.csv, path, header.value);
    const places = ["start", "end", "what"].map((name) => names.indexOf(name));
    if (places.includes(-1)) throw new UsageError(`${path}:${header.value.line}: the columns are start,end,what`);
    const notices: Notice[] = [];
    for await (const line of lines) {
      if (notices.length === NOTICES_MAX) throw new UsageError(`${path} holds more than NOTICES_MAX (${NOTICES_MAX})`);
      notices.push(noticeOf(site, `${path}:${line.line}`, line, delimiter, places as [number, number, number]));
    }
    return notices;
  } finally {
    await lines.return();
  }
}

function noticeOf(
  site: Site,
  where: string,
  { text }: TextLine,
  delimiter: string,
  places: [number, number, number],
): Notice {
  const fields = csvFields(text, delimiter);
  const [start, end, what] = places.map((place) => fields?.[place] ?? "") as [string, string, string];
  const startMs = timeOf(site, where, start);
  const endMs = timeOf(site, where, end);
  if (endMs < startMs) throw new UsageError(`${where}: ends before it starts`);
  if (what === "" || what.length > WHAT_CHARACTERS_MAX) {
    throw new UsageError(`${where}: "what" is an element id or holiday, at most ${WHAT_CHARACTERS_MAX} characters`);
  }
  return { startMs, endMs, what };
}

function timeOf(site: Site, where: string, text: string): number {
  const stated = timeFormat(site.csv.timeFormat)?.parse(text);
  const timeMs = stated ?? timeFormat(knownTimeFormat(text) ?? "")?.parse(text);
  if (timeMs === undefined) throw new UsageError(`${where}: "${text.slice(0, 60)}" is no time of this site's format`);
  return timeMs;
}
