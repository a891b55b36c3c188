import { expect, test } from "vitest";
import { extremeBetween, type LevelCourse, type LogicSight, violationsOf } from "./control-logic.ts";

const HOUR = 3600;
const course: LevelCourse = {
  id: "T1",
  before: 3,
  now: 3,
  sigma: 0.01,
  rateBefore: 0,
  rateNow: 0,
  byEstimate: false,
};
const sight: LogicSight = {
  actuator: 0,
  id: "PU1",
  signal: 7,
  status: 1,
  before: 1,
  controls: [{ actuator: 0, tank: 0, onBelow: 1, offAbove: 4 }],
  neverUsed: false,
  alwaysUsed: false,
  forecast: 1,
};

const judged = (a: Partial<LogicSight>, b: Partial<LevelCourse>) =>
  violationsOf({ ...sight, ...a }, () => ({ ...course, ...b }), HOUR, 900);

test("between the thresholds either state is right", () => {
  expect(judged({}, {})).toEqual([]);
  expect(judged({ status: 0, before: 0, forecast: 0 }, {})).toEqual([]);
});

test("a pump that runs well above its off threshold contradicts it", () => {
  const [found] = judged({ forecast: 0 }, { before: 4.4, now: 4.5 });
  expect(found).toMatchObject({ kind: "threshold", actuator: "PU1", measured: 1, expected: 0, tank: "T1" });
  expect(found!.deviation).toBeGreaterThan(10);
});

test("an overshoot within the controller's scan is excused", () => {
  expect(judged({}, { before: 3.7, now: 4.04, rateBefore: 0.1 / 900, rateNow: 0.1 / 900 })).toEqual([]);
});

test("a switch needs a level that could have reached its threshold", () => {
  const off = { status: 0, before: 1, forecast: 1 };
  const [found] = judged(off, { before: 2, now: 2.2, rateBefore: 0.2 / HOUR, rateNow: -0.2 / HOUR });
  expect(found).toMatchObject({ kind: "switched", expected: 1 });
  expect(judged(off, { before: 3.8, now: 3.9, rateBefore: 0.6 / HOUR, rateNow: -0.3 / HOUR })).toEqual([]);
});

test("the highest level between two samples lies where the two slopes meet", () => {
  const between = { ...course, before: 1, now: 1, rateBefore: 1 / HOUR, rateNow: -1 / HOUR };
  expect(extremeBetween(between, 1, HOUR)).toBeCloseTo(1.5, 9);
  expect(extremeBetween({ ...between, rateBefore: -1 / HOUR, rateNow: 1 / HOUR }, -1, HOUR)).toBeCloseTo(0.5, 9);
  expect(extremeBetween({ ...between, rateBefore: -1 / HOUR, rateNow: -1 / HOUR, now: 0 }, 1, HOUR)).toBeCloseTo(1, 9);
});

test("a machine that never runs is named unless its controls ask for it", () => {
  expect(judged({ neverUsed: true, controls: [] }, {})).toMatchObject([{ kind: "never-used", expected: 0 }]);
  expect(judged({ neverUsed: true, forecast: 1 }, {})).toEqual([]);
  expect(judged({ neverUsed: true, forecast: 0 }, {})).toMatchObject([{ kind: "never-used" }]);
});
