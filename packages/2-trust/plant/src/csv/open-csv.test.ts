import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "@twinward/kernel";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { type CsvOptions, type CsvRow, loadSite, openCsv, openReadings, readNotices, type Site } from "../index.ts";

const folder = mkdtempSync(join(tmpdir(), "twinward-csv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const site = loadSite(join(import.meta.dirname, "../../../../../sites/c-town")) as Site;
const number = (id: string) => site.signals.findIndex((signal) => signal.id === id);

function fileOf(content: string | Uint8Array): string {
  const path = join(folder, "data.csv");
  writeFileSync(path, content);
  return path;
}

async function allOf(rows: AsyncIterable<CsvRow>): Promise<CsvRow[]> {
  const all: CsvRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

async function rowsOf(content: string | Uint8Array, options: CsvOptions = {}): Promise<CsvRow[]> {
  const table = await openCsv(site, fileOf(content), options);
  return allOf(table.rows);
}

async function messageOf(content: string | Uint8Array, options: CsvOptions = {}): Promise<string> {
  const failure = await rowsOf(content, options).catch((cause: unknown) => cause);
  expect(failure).toBeInstanceOf(UsageError);
  return (failure as UsageError).message.replace(`${folder}/`, "");
}

test("rows carry the time as read, and values by signal number", async () => {
  const [row, ...more] = await rowsOf("DATETIME,S_PU1,L_T1\n06/01/14 00,1,0.509729922\n");
  expect(more).toEqual([]);
  expect(row).toMatchObject({ line: 2, timeText: "06/01/14 00", timeMs: Date.UTC(2014, 0, 6), label: undefined });
  expect([row?.values[number("L_T1")], row?.values[number("S_PU1")]]).toEqual([0.509729922, 1]);
  expect(row?.values[number("L_T2")]).toBeNaN();
  expect(row?.values).toHaveLength(43);
});

test("a column the site does not know is named once; missing ones are listed", async () => {
  const unknown: string[] = [];
  const table = await openCsv(site, fileOf("DATETIME,L_T1,ATT_FLAG,x,x\n06/01/14 00,1,1,,\n"), {
    onUnknownColumn: (name) => unknown.push(name),
  });
  expect(unknown).toEqual(["ATT_FLAG", "x"]);
  expect(table.signals.map((signal) => signal.id)).toEqual(["L_T1"]);
  expect(table.missing).toHaveLength(42);
  expect((await allOf(table.rows))[0]?.label).toBeUndefined();
});

test("labels are read only when asked for", async () => {
  const text = "DATETIME,L_T1,ATT_FLAG\n06/01/14 00,1,1\n06/01/14 01,1,-999\n06/01/14 02,1,0.00\n06/01/14 03,1,\n";
  const unknown: string[] = [];
  const rows = await rowsOf(text, { labelled: true, onUnknownColumn: (name) => unknown.push(name) });
  expect(rows.map((row) => row.label)).toEqual([1, -999, 0, -999]);
  expect(unknown).toEqual([]);
  expect(await messageOf("DATETIME,L_T1,ATT_FLAG\n06/01/14 00,1,2\n", { labelled: true })).toMatch(
    /^data\.csv:2: label "2"/,
  );
  expect(await messageOf("DATETIME,L_T1\n06/01/14 00,1\n", { labelled: true })).toMatch(
    /has no label column "ATT_FLAG"/,
  );
});

test("byte order mark, CRLF, semicolons, quotes, blanks and empty lines are tolerated", async () => {
  const text = '\uFEFF"DATETIME"; "L_T1" ;S_PU1\r\n\r\n"06/01/14 00"; 1.5;" 1 "\r\n06/01/14 01;NaN;\r\n';
  const rows = await rowsOf(text);
  expect(rows.map((row) => [row.line, row.timeText])).toEqual([
    [3, "06/01/14 00"],
    [4, "06/01/14 01"],
  ]);
  expect(rows.map((row) => [row.values[number("L_T1")], row.values[number("S_PU1")]])).toEqual([
    [1.5, 1],
    [Number.NaN, Number.NaN],
  ]);
});

test("times in another well-known format are understood for the whole file", async () => {
  const table = await openCsv(site, fileOf("time,L_T1\n2016-07-04T00:00:00Z,1\n2016-07-04T01:00:00Z,1\n"));
  const times = (await allOf(table.rows)).map((row) => row.timeMs);
  expect(times).toEqual([Date.UTC(2016, 6, 4), Date.UTC(2016, 6, 4, 1)]);
});

test("what cannot be read is named with its line", async () => {
  const head = "DATETIME,L_T1\n06/01/14 00,1\n";
  expect(await messageOf(`${head}06/01/14 01,1x\n`)).toBe('data.csv:3: L_T1: "1x" is no number');
  expect(await messageOf(`${head}06/01/14 01,1e999\n`)).toBe('data.csv:3: L_T1: "1e999" is no number');
  expect(await messageOf(`${head}06/01/14 01,0x10\n`)).toBe('data.csv:3: L_T1: "0x10" is no number');
  expect(await messageOf(`${head}06/01/14 1,1\n`)).toBe(`data.csv:3: "06/01/14 1" is no time of this file's format`);
  expect(await messageOf(`${head}06/01/14 01\n`)).toBe("data.csv:3: has 1 fields, the header has 2");
  expect(await messageOf(`${head}06/01/14 01,1,2\n`)).toBe("data.csv:3: has 3 fields, the header has 2");
  expect(await messageOf(`${head}06/01/14 01,"1\n`)).toBe("data.csv:3: a quoted field is not closed");
});

test("a header that is no use is refused", async () => {
  expect(await messageOf("")).toBe("data.csv is empty");
  expect(await messageOf("L_T1,L_T2\n1,2\n")).toBe('data.csv:1: has no time column "DATETIME"');
  expect(await messageOf("DATETIME,a,b\n")).toBe("data.csv:1: no column names a signal of site c-town");
  expect(await messageOf("DATETIME,L_T1,L_T1\n")).toBe('data.csv:1: column "L_T1" is there twice');
  expect(await messageOf(new Uint8Array([0xff, 0xfe, 0x44, 0x00]))).toBe("data.csv is UTF-16: save it as UTF-8");
  expect(await messageOf("DATETIME,L_T1\n06/01/14 00,\0\n")).toMatch(/^data\.csv:2: holds a zero byte/);
  await expect(openCsv(site, join(folder, "nowhere.csv"))).rejects.toThrow(/nowhere\.csv cannot be read: ENOENT/);
  await expect(openCsv(site, folder)).rejects.toBeInstanceOf(UsageError);
});

test("a line without an end is refused at its limit instead of filling memory", async () => {
  const endless = `DATETIME,L_T1\n06/01/14 00,${"1".repeat(3_000_000)}`;
  expect(await messageOf(endless)).toBe("data.csv:2: longer than CSV_LINE_CHARACTERS_MAX (1048576)");
});

test("lines across the chunks of a long file keep their numbers and values", async () => {
  const lines = Array.from({ length: 40_000 }, (_, i) => `0${1 + (i % 9)}/01/14 00,${i},é`);
  const rows = await rowsOf(`DATETIME,L_T1,note\n${lines.join("\n")}`);
  expect(rows).toHaveLength(40_000);
  expect(rows.every((row, i) => row.line === i + 2 && row.values[0] === i)).toBe(true);
});

test("a device reads its own signals without a site, in whatever common format the file has", async () => {
  const unknown: string[] = [];
  const path = fileOf("Timestamp;b;x;a\n31.12.2020 23:59;1;2;3\n01.01.2021 00:00;;2;4\n");
  const rows = await allOf(await openReadings(path, ["a", "b"], { onUnknownColumn: (name) => unknown.push(name) }));
  expect(unknown).toEqual(["x"]);
  expect(rows.map((row) => [row.timeMs, ...row.values])).toEqual([
    [Date.UTC(2020, 11, 31, 23, 59), 3, 1],
    [Date.UTC(2021, 0, 1), 4, Number.NaN],
  ]);
  await expect(openReadings(path, ["z"])).rejects.toThrow(/:1: no column names a signal of this device$/);
});

test("notices are read in the time format of the site or in ISO", async () => {
  const path = fileOf("start,end,what\n06/01/14 00,06/01/14 05,PU1\n2014-01-07,2014-01-08T00:00:00Z,holiday\n");
  expect(await readNotices(site, path)).toEqual([
    { startMs: Date.UTC(2014, 0, 6), endMs: Date.UTC(2014, 0, 6, 5), what: "PU1" },
    { startMs: Date.UTC(2014, 0, 7), endMs: Date.UTC(2014, 0, 8), what: "holiday" },
  ]);
});

test("a wrong notice is named with its line", async () => {
  for (const [row, message] of [
    ["06/01/14 05,06/01/14 00,PU1", /:2: ends before it starts$/],
    ["06/01/14 00,06/01/14 05,", /:2: "what" is an element id/],
    ["soon,06/01/14 05,PU1", /:2: "soon" is no time/],
    ["06/01/14 00", /:2: "" is no time/],
  ] as const) {
    await expect(readNotices(site, fileOf(`start,end,what\n${row}\n`))).rejects.toThrow(message);
  }
  await expect(readNotices(site, fileOf("from,to\n"))).rejects.toThrow(/the columns are start,end,what$/);
  await expect(readNotices(site, fileOf(""))).rejects.toBeInstanceOf(UsageError);
});

test("whatever the bytes, nothing but UsageError is thrown", async () => {
  const good = new TextEncoder().encode(
    'DATETIME,L_T1,"S_PU1",ATT_FLAG\n06/01/14 00,1.5,1,0\r\n06/01/14 01,,NaN,-999\n',
  );
  const spliced = fc
    .tuple(fc.nat(good.length), fc.nat(8), fc.uint8Array({ maxLength: 12 }))
    .map(([at, cut, bytes]) => new Uint8Array([...good.subarray(0, at), ...bytes, ...good.subarray(at + cut)]));
  await fc.assert(
    fc.asyncProperty(fc.oneof(spliced, fc.uint8Array({ maxLength: 200 })), fc.boolean(), async (bytes, labelled) => {
      const outcome = await rowsOf(bytes, { labelled }).catch((cause: unknown) => cause);
      expect(Array.isArray(outcome) || outcome instanceof UsageError).toBe(true);
      const notices = await readNotices(site, fileOf(bytes)).catch((cause: unknown) => cause);
      expect(Array.isArray(notices) || notices instanceof UsageError).toBe(true);
    }),
    { numRuns: 400 },
  );
});
