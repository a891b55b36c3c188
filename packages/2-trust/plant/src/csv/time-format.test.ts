import fc from "fast-check";
import { expect, test } from "vitest";
import { knownTimeFormat } from "./known-time-format.ts";
import { type TimeFormat, timeFormat } from "./time-format.ts";

function formatOf(text: string): TimeFormat {
  const format = timeFormat(text);
  if (format === undefined) throw new Error(`${text} is no format`);
  return format;
}

test("the competition's times are read day first and written back as they were", () => {
  const format = formatOf("DD/MM/YY HH");
  expect(format.parse("06/01/14 23")).toBe(Date.UTC(2014, 0, 6, 23));
  expect(format.format(Date.UTC(2016, 6, 4, 0))).toBe("04/07/16 00");
});

test("ISO times without an offset are UTC; offsets and fractions count", () => {
  const iso = formatOf("iso");
  expect(iso.parse("2016-07-04")).toBe(Date.UTC(2016, 6, 4));
  expect(iso.parse("2016-07-04 05:06")).toBe(Date.UTC(2016, 6, 4, 5, 6));
  expect(iso.parse("2016-07-04T05:06:07.25+02:00")).toBe(Date.UTC(2016, 6, 4, 3, 6, 7, 250));
});

test("days and hours that do not exist are no times", () => {
  const format = formatOf("DD/MM/YY HH");
  for (const text of ["30/02/14 00", "06/01/14 24", "00/01/14 00", "6/1/14 0", "06/13/14 00", "06/01/14 00 ", ""]) {
    expect(format.parse(text), text).toBeUndefined();
  }
  expect(formatOf("iso").parse("2016-07-04T05:06:07+25:00")).toBeUndefined();
});

test("a pattern needs day, month and year, each once, and no letters beside the fields", () => {
  for (const text of [
    "",
    "DD/MM",
    "DD/MM/YY DD",
    "DD/MM/YY YYYY",
    "DD/MM/YY hh",
    "isotime",
    "DD/MM/YYx",
    "D".repeat(99),
  ]) {
    expect(timeFormat(text), text).toBeUndefined();
  }
});

test("every whole second of the century goes through a full pattern unchanged", () => {
  const format = formatOf("DD.MM.YYYY HH:mm:ss");
  fc.assert(
    fc.property(fc.integer({ min: 946_684_800, max: 4_102_444_799 }), (seconds) => {
      expect(format.parse(format.format(seconds * 1000))).toBe(seconds * 1000);
    }),
  );
});

test("one example is enough to know a common format, and never month first", () => {
  expect(knownTimeFormat("06/01/14 00")).toBe("DD/MM/YY HH");
  expect(knownTimeFormat("31.12.2020 23:59")).toBe("DD.MM.YYYY HH:mm");
  expect(knownTimeFormat("2020-12-31T23:59:00Z")).toBe("iso");
  expect(knownTimeFormat("2020-12-31 07")).toBe("YYYY-MM-DD HH");
  expect(knownTimeFormat("12/31/2020 23:59")).toBeUndefined();
});

test("whatever the text and the pattern, nothing is thrown", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (pattern, text) => {
      const time = timeFormat(pattern)?.parse(text);
      expect(time === undefined || Number.isFinite(time)).toBe(true);
    }),
  );
});
