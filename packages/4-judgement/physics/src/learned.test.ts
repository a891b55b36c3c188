/** What is learned from clean rows, on rows whose truth is known. */
import { expect, test } from "vitest";
import { exampleSite } from "./example-site.ts";
import { learnControls, usageOf } from "./learn-controls.ts";
import { learnDemands } from "./learn-demands.ts";
import { quantile, tailedSigma } from "./spread.ts";

const HOUR_MS = 3_600_000;
const INP = new TextEncoder().encode(
  "[CONTROLS]\nLINK P1 OPEN IF NODE T1 BELOW 1\nLINK P1 CLOSED IF NODE T1 ABOVE 4.5\n",
);
const site = exampleSite(INP, ["L_T1", "S_P1", "S_P2"]);

/** A tank that fills and empties between two thresholds, seen every hour. */
function sawtooth(on: number, off: number, hours: number) {
  let level = 2;
  let status = 1;
  return Array.from({ length: hours }, (_, hour) => {
    const row = { timeMs: hour * HOUR_MS, values: Float64Array.of(level, status, 0) };
    for (let minute = 0; minute < 60; minute += 1) {
      level += status === 1 ? 0.011 : -0.007;
      if (level >= off) status = 0;
      else if (level <= on) status = 1;
    }
    return row;
  });
}

test("thresholds that the data allow stay as the site states them", () => {
  expect(learnControls(site, sawtooth(1, 4.5, 400))).toEqual([
    { actuator: "P1", tank: "T1", onBelow: 1, offAbove: 4.5 },
  ]);
});

test("a threshold that the data contradict is moved to where the switches are", () => {
  const [control] = learnControls(site, sawtooth(1, 3.5, 400));
  expect(control!.offAbove).toBeGreaterThanOrEqual(3.4);
  expect(control!.offAbove).toBeLessThanOrEqual(3.6);
  expect(control!.onBelow).toBe(1);
});

test("too few switches teach nothing", () => {
  expect(learnControls(site, sawtooth(1, 3.5, 8))[0]!.offAbove).toBe(4.5);
});

test("actuators that never ran are known", () => {
  expect(usageOf(site, sawtooth(1, 4, 100))).toEqual({ neverUsed: ["P2"], alwaysUsed: [] });
});

test("a daily rhythm becomes the profile, and what strays from it the doubt", () => {
  const truth = (hour: number) => 1 + 0.3 * Math.sin((2 * Math.PI * hour) / 24);
  const samples = Array.from({ length: 24 * 70 }, (_, hour) => ({
    timeMs: hour * HOUR_MS,
    demands: Float64Array.of(truth(hour) + (hour % 2 === 0 ? 0.02 : -0.02)),
  }));
  const learned = learnDemands(samples, 1, HOUR_MS);
  for (let hour = 0; hour < 168; hour += 1)
    expect(Math.abs(learned.profile[0]![hour]! - truth(hour))).toBeLessThan(0.05);
  expect(learned.profileSigma[0]).toBeLessThan(0.05);
});

test("order statistics ignore wild values and missing ones", () => {
  expect(quantile([3, Number.NaN, 1, 2], 0.5)).toBe(2);
  expect(quantile([], 0.5)).toBeNaN();
  const mild = Array.from({ length: 999 }, (_, i) => (i % 2 === 0 ? 1 : -1));
  expect(tailedSigma([...mild, 1e6])).toBeLessThan(2);
});
