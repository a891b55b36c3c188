import { seededChance } from "@twinward/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { STREAM_FLAGS, StreamChecks, type StreamLimits } from "./stream-checks.ts";

const LIMITS: StreamLimits = {
  minimum: 0,
  maximum: 10,
  ratePerMsMax: 0.01,
  sameMax: 3,
  mean: 5,
  spread: 1,
  ewmaMax: 1,
  cusumMax: 8,
};

function flagsOf(checks: StreamChecks, readings: readonly (readonly [number, number])[]): number[] {
  const signals = new Uint32Array(readings.length);
  const times = Float64Array.from(readings, ([timeMs]) => timeMs);
  const values = Float64Array.from(readings, ([, value]) => value);
  checks.check(signals, times, values, readings.length);
  return [...checks.flags.subarray(0, readings.length)];
}

test("each limit sets its own flag, and the limit itself is inside", () => {
  expect(
    flagsOf(new StreamChecks([LIMITS]), [
      [0, 10],
      [1000, 0],
      [2000, 10.01],
    ]),
  ).toEqual([0, 0, STREAM_FLAGS.range | STREAM_FLAGS.rate]);
  expect(
    flagsOf(new StreamChecks([LIMITS]), [
      [0, 5],
      [100, 6],
      [200, 8],
    ]),
  ).toEqual([0, 0, STREAM_FLAGS.rate]);
  const same = [0, 1, 2, 3, 4].map((i) => [i * 1000, 5] as const);
  expect(flagsOf(new StreamChecks([LIMITS]), same)).toEqual([0, 0, 0, 0, STREAM_FLAGS.stuck]);
});

test("a small shift that stays is found by EWMA and CUSUM, noise alone is not", () => {
  const chance = seededChance(3);
  const noise = Array.from({ length: 5000 }, (_, i) => [i * 1e6, 5 + 0.9 * (chance.uniform() * 2 - 1)] as const);
  expect(flagsOf(new StreamChecks([LIMITS]), noise).filter((flag) => flag !== 0)).toEqual([]);
  const shifted = noise.slice(0, 200).map(([timeMs, value]) => [timeMs, Math.min(10, value + 1.8)] as const);
  const found = flagsOf(new StreamChecks([LIMITS]), shifted).reduce((all, flag) => all | flag, 0);
  expect(found & STREAM_FLAGS.ewma).not.toBe(0);
  expect(found & STREAM_FLAGS.cusum).not.toBe(0);
});

test("a reading that is no number is out of range and does not poison what follows", () => {
  const checks = new StreamChecks([LIMITS]);
  expect(
    flagsOf(checks, [
      [0, 5],
      [1000, Number.NaN],
      [2000, 5.1],
    ]),
  ).toEqual([0, STREAM_FLAGS.range, 0]);
});

test("cutting the readings into blocks changes nothing, nor does a restart between them", () => {
  const reading = fc.tuple(fc.nat(1), fc.integer({ min: -2, max: 12 }));
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 60 }), fc.nat(60), (readings, cut) => {
      const times = Float64Array.from(readings, (_, i) => i * 500);
      const signals = Uint32Array.from(readings, ([signal]) => signal);
      const values = Float64Array.from(readings, ([, value]) => value);
      const whole = new StreamChecks([LIMITS, LIMITS]);
      whole.check(signals, times, values, readings.length);
      const at = Math.min(cut, readings.length);
      const first = new StreamChecks([LIMITS, LIMITS]);
      first.check(signals, times, values, at);
      const flags = [...first.flags.subarray(0, at)];
      const second = new StreamChecks([LIMITS, LIMITS]);
      second.restore(first.state());
      second.check(signals.subarray(at), times.subarray(at), values.subarray(at), readings.length - at);
      flags.push(...second.flags.subarray(0, readings.length - at));
      expect(flags).toEqual([...whole.flags.subarray(0, readings.length)]);
    }),
  );
});
