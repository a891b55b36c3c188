/**
 * Times in recorded data: `iso`, or a day-first pattern such as `DD/MM/YY HH`, read and written.
 *
 * Recorded times carry no zone in practice: without an offset they are UTC. Invariant: for a pattern,
 * `format(parse(text)) === text`, so a replay can write the times it read.
 */
export interface TimeFormat {
  /** Unix milliseconds, or undefined when the text is no such time. No offset means UTC. */
  parse(text: string): number | undefined;
  format(timeMs: number): string;
}

const FIELD_OF = { YYYY: "year", YY: "year", MM: "month", DD: "day", HH: "hour", mm: "minute", ss: "second" } as const;
type Token = keyof typeof FIELD_OF;
type Field = (typeof FIELD_OF)[Token];

/** @param format `iso`, or a pattern of DD MM YY YYYY HH mm ss. Undefined when it is neither. */
export function timeFormat(format: string): TimeFormat | undefined {
  return format === "iso" ? ISO : patternFormat(format);
}

const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** ISO 8601 calendar date, with or without a time of day; years 0000 to 9999. */
const ISO: TimeFormat = {
  parse: (text) => {
    const match = ISO_TIME.exec(text);
    if (match === null) return undefined;
    const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
    const time = utc({ year, month, day, hour, minute, second } as Record<Field, number>);
    const offset = offsetMs(match[8] ?? "Z");
    if (time === undefined || offset === undefined) return undefined;
    return time + Math.floor(Number(`0.${match[7] ?? 0}`) * 1000) - offset;
  },
  format: (timeMs) => new Date(timeMs).toISOString(),
};

function offsetMs(text: string): number | undefined {
  if (text === "Z") return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(-2))];
  if (hours > 18 || minutes > 59) return undefined;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function patternFormat(pattern: string): TimeFormat | undefined {
  const parts: string[] = pattern.match(/YYYY|YY|MM|DD|HH|mm|ss|[^A-Za-z0-9]+/g) ?? [];
  if (parts.join("") !== pattern || pattern.length > 40) return undefined;
  const tokens = parts.filter(isToken);
  const fields = tokens.map((token) => FIELD_OF[token]);
  if (new Set(fields).size !== fields.length) return undefined;
  if (!(["year", "month", "day"] as const).every((field) => fields.includes(field))) return undefined;
  const expression = new RegExp(`^${parts.map(expressionOf).join("")}$`);
  return {
    parse: (text) => {
      const match = expression.exec(text);
      return match === null ? undefined : utc(fieldsOf(tokens, match.slice(1)));
    },
    format: (timeMs) => parts.map((part) => textOf(part, new Date(timeMs))).join(""),
  };
}

function isToken(part: string): part is Token {
  return Object.hasOwn(FIELD_OF, part);
}

function expressionOf(part: string): string {
  if (isToken(part)) return `(\\d{${part.length}})`;
  return part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** Two-digit years are of this century. */
function fieldsOf(tokens: readonly Token[], texts: readonly string[]): Record<Field, number> {
  const fields = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  tokens.forEach((token, i) => {
    fields[FIELD_OF[token]] = Number(texts[i]) + (token === "YY" ? 2000 : 0);
  });
  return fields;
}

function textOf(part: string, date: Date): string {
  if (!isToken(part)) return part;
  const values: Record<Field, number> = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
  return String(values[FIELD_OF[part]]).padStart(part.length, "0").slice(-part.length);
}

/** Undefined for a day or an hour that does not exist, such as 30 February or 24 o'clock. */
function utc(fields: Record<Field, number>): number | undefined {
  const { year, month, day, hour, minute, second } = fields;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined;
}
