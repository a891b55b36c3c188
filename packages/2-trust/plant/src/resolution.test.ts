import fc from "fast-check";
import { expect, test } from "vitest";
import { roundToResolution } from "./resolution.ts";

test("values become the double nearest to their decimals", () => {
  expect(roundToResolution(2.974052906, 0.01)).toBe(2.97);
  expect(roundToResolution(0.1 + 0.2, 0.01)).toBe(0.3);
  expect(roundToResolution(0.999, 1)).toBe(1);
  expect(roundToResolution(7, 5)).toBe(5);
  expect(roundToResolution(0.3, 0.25)).toBe(0.25);
});

test("NaN stays NaN and zero has no sign", () => {
  expect(roundToResolution(Number.NaN, 0.01)).toBeNaN();
  expect(Object.is(roundToResolution(-0.001, 0.01), 0)).toBe(true);
});

test("rounding twice changes nothing, equals the number read from its text, and moves by half a step at most", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.constantFrom(1, 0.1, 0.01, 0.001),
      (value, step) => {
        const rounded = roundToResolution(value, step);
        expect(roundToResolution(rounded, step)).toBe(rounded);
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(step * 0.5 + 1e-9);
        expect(Number(rounded.toFixed(3))).toBe(rounded);
      },
    ),
  );
});
