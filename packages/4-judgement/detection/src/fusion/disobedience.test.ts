import { expect, test } from "vitest";
import { testSite } from "../site-for-tests.ts";
import { Disobedience } from "./disobedience.ts";

const CONTROLS = [{ actuator: "PU1", tank: "T1", onBelow: 1, offAbove: 4 }];
const row = (level: number, status: number) => Float64Array.of(level, status, 0, 0, 0);
const FINDING = { signal: 1, level: 0, kind: "switched", measured: 0, expected: 1, deviation: 9 };

function after(...rows: readonly Float64Array[]): readonly number[] {
  const disobedience = new Disobedience(testSite(), CONTROLS);
  disobedience.step(row(2, 0), [FINDING], () => true);
  for (const next of rows) disobedience.step(next, [], () => true);
  return disobedience.signals;
}

test("lasts until the actuator is put right or its level asks for the state it is in", () => {
  expect(after()).toEqual([1]);
  expect(after(row(2.5, 0), row(3, 0))).toEqual([1]);
  expect(after(row(2.5, 1))).toEqual([]);
  expect(after(row(4.1, 0))).toEqual([]);
});

test("a finding within its limit opens nothing, and state goes on elsewhere", () => {
  const disobedience = new Disobedience(testSite(), CONTROLS);
  disobedience.step(row(2, 0), [FINDING], () => false);
  expect(disobedience.signals).toEqual([]);
  disobedience.step(row(2, 0), [FINDING], () => true);
  const other = new Disobedience(testSite(), CONTROLS);
  other.restore(disobedience.state());
  expect(other.signals).toEqual([1]);
});
