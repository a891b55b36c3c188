import { seededChance } from "@twinward/kernel";
import { describe, expect, it } from "vitest";
import { DEMO_ATTACKS, DEMO_NON_ATTACKS, demoPlan, demoRoundHours } from "./demo-plan.ts";
import type { Scenario } from "./placement.ts";
import { generateRows } from "./rows.ts";
import { placeScenario, SCENARIOS } from "./scenario.ts";
import { WIRE_ATTACKS } from "./scenario-wire.ts";
import { siteForTests } from "./site-for-tests.ts";

const site = siteForTests("c-town");
const START_MS = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;

/** The others change frames, not what devices sign. */
const isOnThePlant = (scenario: Scenario) => !WIRE_ATTACKS.includes(scenario);

describe("scenarios", () => {
  it("have names of their own, and each places itself on every tank", () => {
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
    for (const { name } of SCENARIOS) {
      for (const tank of ["T1", "T2", "T3", "T4", "T5", "T7"]) {
        const placed = placeScenario(name, { site, chance: seededChance(1), startMs: START_MS, tank });
        expect(placed.events.length).toBeGreaterThan(0);
        expect(placed.events.every(({ startMs, endMs }) => startMs === START_MS && endMs === placed.endMs)).toBe(true);
        expect(placed.limitHours).toBeLessThanOrEqual(placed.durationHours);
      }
    }
  });

  it("refuse a name or tank that is not there", () => {
    const where = { site, chance: seededChance(1), startMs: START_MS };
    expect(() => placeScenario("earthquake", where)).toThrow(RangeError);
    expect(() => placeScenario("offset", { ...where, tank: "T6" })).toThrow(RangeError);
  });

  it("let a forger without the key say what the device does not", async () => {
    const startMs = START_MS + HOUR_MS;
    const plan = [placeScenario("offset-bad-signature", { site, chance: seededChance(5), startMs, tank: "T3" })];
    const endMs = startMs + HOUR_MS;
    for await (const row of generateRows({ site, seed: 1, startMs: START_MS, endMs, warmUpMs: HOUR_MS, plan })) {
      const level = site.signals.findIndex(({ id }) => id === "L_T3");
      const strikes = row.timeMs >= startMs;
      expect(row.signed).toEqual(row.measured);
      expect(row.forged[level]! !== row.measured[level]).toBe(strikes);
      expect(Number.isNaN(row.reported[level])).toBe(strikes);
      expect([...row.paths]).toEqual(strikes ? [["plc4", "bad-signature"]] : []);
      expect(row.label).toBe(0);
    }
  });

  it("label every attack on the plant soon after its start, and no fault ever", async () => {
    for (const { name, kind, limitHours } of SCENARIOS.filter(isOnThePlant)) {
      const startMs = START_MS + 12 * HOUR_MS;
      const plan = [placeScenario(name, { site, chance: seededChance(5), startMs, tank: "T3" })];
      const labels = new Map<number, number>();
      const endMs = startMs + Math.min(limitHours, 30) * HOUR_MS;
      for await (const row of generateRows({
        site,
        seed: 1,
        mismatch: 0.1,
        startMs: START_MS,
        endMs,
        warmUpMs: 12 * HOUR_MS,
        plan,
      }))
        labels.set(row.timeMs, row.label);
      const positive = [...labels].filter(([, label]) => label === 1).map(([timeMs]) => timeMs);
      expect(positive.length > 0, name).toBe(kind === "attack");
      expect(positive.every((timeMs) => timeMs >= startMs)).toBe(true);
    }
  });
});

describe("the demo plan", () => {
  it("has the default attacks and non-attacks in turn, with room to recover, on tanks that are controlled", () => {
    for (let seed = 0; seed < 50; seed++) {
      const plan = demoPlan({ site, seed, startMs: START_MS });
      expect(plan.map(({ name }) => name).sort()).toEqual([...DEMO_ATTACKS, ...DEMO_NON_ATTACKS].sort());
      expect(plan.map(({ kind }) => kind === "attack")).toEqual([true, false, true, false, true, false, true]);
      expect(plan[0]!.startMs - START_MS).toBeGreaterThanOrEqual(24 * HOUR_MS);
      plan.slice(1).forEach(({ startMs }, i) => {
        expect(startMs - plan[i]!.endMs).toBeGreaterThanOrEqual(24 * HOUR_MS);
      });
      const attacked = plan.filter(({ kind }) => kind === "attack").flatMap(({ targets }) => targets);
      expect(new Set(attacked).size).toBe(4);
      expect(plan.every(({ signature }) => signature === "valid")).toBe(true);
      expect(plan.at(-1)!.endMs - START_MS).toBeLessThanOrEqual(demoRoundHours() * HOUR_MS);
    }
  });

  it("is the same for a seed and starts nothing with less than its limit left", () => {
    const endMs = START_MS + 40 * 24 * HOUR_MS;
    const plan = demoPlan({ site, seed: 3, startMs: START_MS, endMs });
    expect(demoPlan({ site, seed: 3, startMs: START_MS, endMs })).toEqual(plan);
    expect(plan.length).toBeGreaterThan(7);
    expect(plan.every(({ startMs, limitHours }) => startMs + limitHours * HOUR_MS <= endMs)).toBe(true);
    expect(demoPlan({ site, seed: 3, startMs: START_MS, endMs: START_MS + 49 * HOUR_MS })).toEqual([]);
  });

  it("plays named scenarios in the order given", () => {
    const plan = demoPlan({ site, seed: 1, startMs: START_MS, scenarios: ["leak", "spoof"] });
    expect(plan.map(({ name }) => name)).toEqual(["leak", "spoof"]);
  });
});
