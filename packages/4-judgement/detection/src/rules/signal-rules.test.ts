import { expect, test } from "vitest";
import { testSite } from "../site-for-tests.ts";
import { SignalRules } from "./signal-rules.ts";

const HOUR_MS = 3_600_000;
const site = testSite((signal) =>
  signal.id === "L_T1" ? { rateMax: 0.001, flatlineMsMax: 3 * HOUR_MS, rules: ["S_PU1 == 1.0 || value < 4.5"] } : {},
);
const row = (level: number, status = 1) => Float64Array.of(level, status, 50, 50, 48);
const checks = (rules: SignalRules, hour: number, values: Float64Array) =>
  rules.check(hour * HOUR_MS, values).map((cause) => `${cause.check} ${cause.signal}`);

test("a good row breaks nothing, a missing value neither", () => {
  const rules = new SignalRules(site.signals);
  expect(checks(rules, 0, row(2))).toEqual([]);
  expect(checks(rules, 1, row(Number.NaN))).toEqual([]);
});

test("range, allowed values and rules are told with the signal", () => {
  const rules = new SignalRules(site.signals);
  expect(checks(rules, 0, row(5.2))).toEqual(["range L_T1"]);
  expect(checks(new SignalRules(site.signals), 0, row(2, 0.5))).toEqual(["enum S_PU1"]);
  expect(checks(new SignalRules(site.signals), 0, row(4.6, 0))).toEqual(["rule L_T1"]);
});

test("a value exactly at its limit is inside", () => {
  expect(checks(new SignalRules(site.signals), 0, row(5))).toEqual([]);
  expect(checks(new SignalRules(site.signals), 0, row(0))).toEqual([]);
});

test("rate counts from the last value that was there, with one step of rounding allowed", () => {
  const rules = new SignalRules(site.signals);
  checks(rules, 0, row(0.4));
  expect(checks(rules, 1, row(4.0 + 0.01))).toEqual([]);
  expect(checks(rules, 1.5, row(Number.NaN))).toEqual([]);
  expect(checks(rules, 2, row(0.2))).toEqual(["rate L_T1"]);
});

test("flatline begins after the stated time and ends with any change", () => {
  const rules = new SignalRules(site.signals);
  expect([0, 1, 2, 3].flatMap((hour) => checks(rules, hour, row(2)))).toEqual([]);
  expect(checks(rules, 4, row(2))).toEqual(["flatline L_T1"]);
  expect(checks(rules, 5, row(2.01))).toEqual([]);
});

test("state goes on elsewhere", () => {
  const one = new SignalRules(site.signals);
  const two = new SignalRules(site.signals);
  for (const hour of [0, 1, 2, 3]) checks(one, hour, row(2));
  two.restore(JSON.parse(JSON.stringify(one.state())));
  expect(two.check(4 * HOUR_MS, row(2))).toEqual(one.check(4 * HOUR_MS, row(2)));
});
