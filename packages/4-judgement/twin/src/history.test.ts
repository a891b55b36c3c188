import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { bucketsOf } from "./bucket.ts";
import { History, POINTS_MAX } from "./history.ts";
import { JudgementLog, judgementAt, MINUTE, type Minute, rowAt, START, site } from "./town.fixture.ts";
import { TwinState } from "./twin-state.ts";

const folder = mkdtempSync(join(tmpdir(), "twinward-history-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newPath = () => join(folder, `${files++}.db`);

const wave = (i: number): Minute => ({
  values: [Math.sin(i / 10), i, i === 700 ? 1000 : 1],
  trust: [0.9, Number.NaN, i / 2000],
  estimates: [0.5, Number.NaN, 2],
  alarm: i % 100 === 0,
});

function logOf(minutes: number): JudgementLog {
  const log = new JudgementLog();
  for (let i = 0; i < minutes; i++) log.judged(i, wave(i));
  return log;
}

const LONG = { fromMs: START, toMs: START + 10_000 * MINUTE };

describe("history", () => {
  const log = logOf(1500);
  const history = new History(newPath(), site);
  history.catchUp(log.reader);
  afterAll(() => history.close());

  test("few rows come back as they were judged", () => {
    const page = history.query({ signal: "F_PU1", fromMs: START + MINUTE, toMs: START + 3 * MINUTE, points: 100 });
    expect(page.nextFromMs).toBeNull();
    expect(page.buckets.map((bucket) => [bucket.fromMs, bucket.last, bucket.rows, bucket.trust])).toEqual(
      [1, 2, 3].map((i) => [START + i * MINUTE, i, 1, null]),
    );
  });

  test("a chart of everything shows every spike, with the lowest trust and the alarms", () => {
    const { buckets } = history.query({ ...LONG, signal: "P_J1", points: 50 });
    expect(buckets).toHaveLength(50);
    expect(buckets.reduce((rows, bucket) => rows + bucket.rows, 0)).toBe(1500);
    expect(Math.max(...buckets.map((bucket) => bucket.max ?? 0))).toBe(1000);
    expect(buckets.reduce((alarms, bucket) => alarms + bucket.alarms, 0)).toBe(15);
    expect(buckets[0]).toMatchObject({ min: 1, max: 1, mean: 1, last: 1, estimate: 2, trust: 0 });
  });

  test("points are bounded, and questions that make no sense are errors", () => {
    expect(history.query({ ...LONG, signal: "L_T1", points: 10 * POINTS_MAX }).buckets).toHaveLength(1500);
    expect(() => history.query({ ...LONG, signal: "nobody", points: 1 })).toThrow(/no signal/);
    expect(() => history.query({ ...LONG, signal: "L_T1", points: 0 })).toThrow(/points/);
    expect(() => history.query({ signal: "L_T1", fromMs: 2, toMs: 1, points: 1 })).toThrow(/from/);
    expect(() => history.query({ signal: "L_T1", fromMs: Number.NaN, toMs: 1, points: 1 })).toThrow(/from/);
  });

  test("the state at a past time is what the twin said then", () => {
    expect(history.stateAt(START - 1)).toBeUndefined();
    for (const minute of [0, 700, 1499]) {
      const twin = new TwinState(site);
      twin.step(rowAt(minute, wave(minute)), judgementAt(minute, wave(minute)));
      expect(history.stateAt(START + minute * MINUTE + 30_000)).toEqual(twin.view());
    }
  });

  test("caught up in pieces, rebuilt or from a damaged file, it is the same history", () => {
    const whole = history.query({ ...LONG, signal: "L_T1", points: 40 });
    const path = newPath();
    writeFileSync(path, "this is no database, only bytes that lie where one should be".repeat(100));
    const pieces = new History(path, site);
    for (let taken = 1; taken > 0; ) taken = pieces.catchUp(log.reader, 333);
    expect(pieces.query({ ...LONG, signal: "L_T1", points: 40 })).toEqual(whole);
    pieces.rebuild(log.reader);
    expect(pieces.query({ ...LONG, signal: "L_T1", points: 40 })).toEqual(whole);
    pieces.close();
  });
});

test("it goes on where it stopped, and starts anew for another log or another site", () => {
  const log = logOf(20);
  const path = newPath();
  const reopen = (at = site) => new History(path, at);
  const first = reopen();
  expect(first.catchUp(log.reader)).toBe(20);
  first.close();
  log.judged(20, wave(20));
  const second = reopen();
  expect(second.catchUp(log.reader)).toBe(1);
  log.origin = "twinward.example/town/11111111";
  expect(second.catchUp(log.reader)).toBe(21);
  expect(second.size()).toBe(21);
  second.close();
  const other = reopen({ ...site, digest: "00" });
  expect(other.size()).toBe(0);
  other.close();
});

test("late readings fill their place, never over a value that was there", () => {
  const log = new JudgementLog();
  log.judged(0, { values: [Number.NaN, 2, 3] });
  const late = (minute: number, signal: number, value: number) => ({
    signal,
    timeMs: START + minute * MINUTE + 100,
    value,
    quality: 0,
    entry: 0,
  });
  log.late([late(0, 0, 7), late(0, 1, 99), late(5, 2, 8)]);
  const history = new History(newPath(), site);
  history.catchUp(log.reader);
  const lastOf = (signal: string) =>
    history.query({ ...LONG, signal, points: 10 }).buckets.map((bucket) => bucket.last);
  expect([lastOf("L_T1"), lastOf("F_PU1"), lastOf("P_J1")]).toEqual([
    [7, null],
    [2, null],
    [3, 8],
  ]);
  history.close();
});

test("an erased judgement leaves no history after a rebuild", () => {
  const log = logOf(3);
  const history = new History(newPath(), site);
  history.catchUp(log.reader);
  log.erase(1);
  history.rebuild(log.reader);
  expect(history.size()).toBe(2);
  history.close();
});

test("buckets hold every sample once, in order, within their number", () => {
  const sample = fc.record({
    value: fc.option(fc.integer()),
    estimate: fc.option(fc.integer()),
    trust: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    alarm: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (samples, points) => {
      const timed = samples.map((each, timeMs) => ({ ...each, timeMs }));
      const buckets = bucketsOf(timed, points);
      expect(buckets.length).toBeLessThanOrEqual(points);
      expect(buckets.reduce((rows, bucket) => rows + bucket.rows, 0)).toBe(samples.length);
      expect(buckets.every((bucket, i) => i === 0 || bucket.fromMs === (buckets[i - 1]?.toMs ?? 0) + 1)).toBe(true);
      const present = samples.flatMap(({ value }) => (value === null ? [] : [value]));
      expect(Math.max(...buckets.map((bucket) => bucket.max ?? -Infinity))).toBe(Math.max(-Infinity, ...present));
      expect(Math.min(2, ...buckets.map((bucket) => bucket.trust ?? 2))).toBe(
        Math.min(2, ...samples.map((s) => s.trust ?? 2)),
      );
    }),
  );
});
