import { expect, test } from "vitest";
import { spreadOf } from "./possible-range.ts";

const PRESSURE = { minimum: 0, maximum: 90 };

test("an expectation that can be read keeps its spread, bounds included", () => {
  for (const expected of [0, 45, 90]) expect(spreadOf(expected, 0.5, PRESSURE)).toBe(0.5);
});

test("one that cannot be read is doubted by at least as much as it lies outside", () => {
  expect(spreadOf(-30, 0.5, PRESSURE)).toBeGreaterThanOrEqual(30);
  expect(spreadOf(100, 0.5, PRESSURE)).toBeCloseTo(Math.hypot(0.5, 10));
});

test("no expectation stays none", () => {
  expect(spreadOf(Number.NaN, Number.NaN, PRESSURE)).toBeNaN();
});
