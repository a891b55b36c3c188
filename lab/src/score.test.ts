import { describe, expect, it } from "vitest";
import type { PlacedScenario } from "./placement.ts";
import { type SeenIncident, scoreScenarios } from "./score.ts";

const HOUR_MS = 3_600_000;

const scenario = (kind: PlacedScenario["kind"], targets: string[], startHour: number): PlacedScenario => ({
  name: `${kind}-${startHour}`,
  kind,
  signature: "valid",
  durationHours: 10,
  limitHours: 6,
  expectation: "",
  targets,
  events: [],
  notices: [],
  startMs: startHour * HOUR_MS,
  endMs: (startHour + 10) * HOUR_MS,
});

const seen = (hour: number, suspects: string[], verdict = "attack"): SeenIncident => ({
  raisedMs: hour * HOUR_MS,
  suspects,
  verdict,
});

const PLAN = [scenario("attack", ["L_T3"], 100), scenario("non-attack", ["plc4"], 200)];

describe("the scorer", () => {
  it("counts an attack as named when the right first suspect comes within the limit", () => {
    const score = scoreScenarios(PLAN, [seen(102, ["L_T3", "F_PU4"])]);
    expect(score).toMatchObject({ attacks: 1, named: 1, nonAttacks: 1, falseIncidents: 0 });
    expect(score.scenarios[0]!.delayHours).toBe(2);
  });

  it("accepts any signal of the right actuator", () => {
    const plan = [scenario("attack", ["S_PU4"], 100)];
    expect(scoreScenarios(plan, [seen(101, ["PU4"])]).named).toBe(1);
    expect(scoreScenarios(plan, [seen(101, ["F_PU40"])]).named).toBe(0);
  });

  it("does not accept the right name too late, in second place, or too early", () => {
    expect(scoreScenarios(PLAN, [seen(107, ["L_T3"])]).named).toBe(0);
    expect(scoreScenarios(PLAN, [seen(101, ["F_PU4", "L_T3"])]).named).toBe(0);
    expect(scoreScenarios(PLAN, [seen(99, ["L_T3"])])).toMatchObject({ named: 0, falseIncidents: 1 });
  });

  it("calls an accusation false during a non-attack, and any incident false in quiet hours", () => {
    expect(scoreScenarios(PLAN, [seen(203, ["L_T3"])])).toMatchObject({ falseIncidents: 1 });
    expect(scoreScenarios(PLAN, [seen(203, ["L_T3"], "undetermined")])).toMatchObject({ falseIncidents: 0 });
    expect(scoreScenarios(PLAN, [seen(160, ["L_T3"], "undetermined")])).toMatchObject({ falseIncidents: 1 });
    expect(scoreScenarios(PLAN, [seen(120, ["L_T3"], "undetermined")])).toMatchObject({ falseIncidents: 0 });
  });
});
