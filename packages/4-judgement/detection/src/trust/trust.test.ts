import fc from "fast-check";
import { expect, test } from "vitest";
import { trustOf } from "./trust.ts";

const QUESTION = { value: 2, estimate: 2, sigma: 0.05, accuracy: 0.1, span: 6, distrusted: false, surelyFalse: false };

test("unchecked without a value or without an estimate", () => {
  expect(trustOf({ ...QUESTION, value: Number.NaN })).toBeNaN();
  expect(trustOf({ ...QUESTION, estimate: Number.NaN })).toBeNaN();
  expect(trustOf({ ...QUESTION, estimate: Number.NaN, surelyFalse: true })).toBe(0);
});

test("agreement is trusted, a contradiction is not, and suspicion weighs", () => {
  expect(trustOf(QUESTION)).toBeGreaterThan(0.98);
  expect(trustOf({ ...QUESTION, value: 4 })).toBeLessThan(0.1);
  expect(trustOf({ ...QUESTION, value: 2.15, distrusted: true })).toBeLessThan(trustOf({ ...QUESTION, value: 2.15 }));
});

test("trust is a probability and falls as the value moves away", () => {
  const offset = fc.double({ min: 0, max: 5, noNaN: true });
  fc.assert(
    fc.property(offset, offset, fc.boolean(), (one, two, distrusted) => {
      const [near, far] = [Math.min(one, two), Math.max(one, two)];
      const nearTrust = trustOf({ ...QUESTION, value: 2 + near, distrusted });
      const farTrust = trustOf({ ...QUESTION, value: 2 + far, distrusted });
      expect(nearTrust).toBeLessThanOrEqual(1);
      expect(farTrust).toBeGreaterThanOrEqual(-1e-6);
      expect(farTrust).toBeLessThanOrEqual(nearTrust + 1e-9);
    }),
  );
});
