import { expect, test } from "vitest";
import { alignmentSite } from "./alignment-site.fixture.ts";
import { lateCheck } from "./late-check.ts";

const plain = alignmentSite({ devices: 1, signalsEach: 2, samplePeriodMs: 1000, latenessMsMax: 2000 });
const site = {
  ...plain,
  signals: plain.signals.map((signal, i) =>
    i === 0 ? { ...signal, minimum: 0, maximum: 5 } : { ...signal, enum: [0, 1] },
  ),
};
const check = lateCheck(site);
const checksOf = (signal: number, value: number) =>
  check({ signal, timeMs: 0, value, quality: 0, entry: 0 }).map((cause) => [
    cause.check,
    cause.expected,
    cause.deviation,
  ]);

test("a late value within its limits is no finding; the resolution is applied first", () => {
  expect([checksOf(0, 0), checksOf(0, 5), checksOf(0, 5.04), checksOf(1, 1)]).toEqual([[], [], [], []]);
});

test("outside its range or its allowed values it is one", () => {
  expect(checksOf(0, 6)).toEqual([["range", 5, 10]]);
  expect(checksOf(0, -1)).toEqual([["range", 0, 10]]);
  expect(checksOf(1, 0.5)).toEqual([["enum", null, 1]]);
  expect(checksOf(9, 1)).toEqual([]);
});
