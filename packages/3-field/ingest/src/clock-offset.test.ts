import { expect, test } from "vitest";
import { ClockOffset } from "./clock-offset.ts";

const MINUTE = 60_000;

test("the median of an hour, so that a burst of late frames moves nothing", () => {
  const offset = new ClockOffset();
  for (let minute = 0; minute < 30; minute++) offset.take(minute * MINUTE, minute * MINUTE - 200, 60_000);
  for (let i = 0; i < 1000; i++) offset.take(30 * MINUTE + i, 0, 60_000);
  expect(offset.medianMs()).toBe(200);
});

test("a drift below the limit is no jump, one beyond it is told once and then is the new truth", () => {
  const offset = new ClockOffset();
  const jumps: number[] = [];
  for (let minute = 0; minute < 120; minute++) {
    const shift = minute < 40 ? minute * 100 : -600_000;
    const jump = offset.take(minute * MINUTE, minute * MINUTE - shift, 60_000);
    if (jump !== undefined) jumps.push(jump);
  }
  expect(jumps).toHaveLength(1);
  expect(jumps[0]).toBeLessThan(-590_000);
  expect(offset.medianMs()).toBe(-600_000);
});

test("before the first sample nothing is said", () => {
  expect(new ClockOffset().medianMs()).toBeUndefined();
});
