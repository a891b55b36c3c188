import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBucket } from "./rate.ts";

test("a burst, then the lasting rate", () => {
  const bucket = new TokenBucket(10, 3, 0);
  expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false]);
  expect([99, 100, 100, 200].map((nowMs) => bucket.take(nowMs))).toEqual([false, true, false, true]);
});

test("a clock that steps back gives nothing away", () => {
  const bucket = new TokenBucket(10, 1, 1_000_000);
  expect(bucket.take(1_000_000)).toBe(true);
  expect(bucket.take(0)).toBe(false);
  expect(bucket.take(50)).toBe(false);
});

test("never more than burst plus rate times time, whatever the steps", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 400 }), { maxLength: 200 }), (steps) => {
      const bucket = new TokenBucket(20, 5, 0);
      let nowMs = 0;
      let taken = 0;
      for (const step of steps) {
        nowMs += step;
        if (bucket.take(nowMs)) taken += 1;
      }
      expect(taken).toBeLessThanOrEqual(5 + (nowMs * 20) / 1000 + 1e-6);
    }),
  );
});
