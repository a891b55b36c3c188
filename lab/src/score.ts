/**
 * Did the incidents say what happened? A scorer that knows the plan and nothing of the product.
 *
 * An attack is named when an incident raised between its start and its limit has one of its targets
 * as first suspect. A false incident is one that accuses where nobody attacked: verdict `attack`
 * during a non-attack, or any incident while nothing goes on and the plant has recovered.
 */
import { HOUR_MS, type PlacedScenario } from "./placement.ts";

export interface SeenIncident {
  /** Simulated time at which the incident was raised. */
  readonly raisedMs: number;
  /** Signals or elements, most suspected first. */
  readonly suspects: readonly string[];
  readonly verdict: string;
}

export interface ScenarioScore {
  readonly name: string;
  readonly kind: PlacedScenario["kind"];
  readonly targets: readonly string[];
  readonly startMs: number;
  /** An attack named within its limit; for a non-attack: not accused. */
  readonly passed: boolean;
  /** From start to the first incident that names a target, hours. */
  readonly delayHours: number | undefined;
  /** First suspects of incidents raised meanwhile, in order. */
  readonly accused: readonly string[];
}

export interface Score {
  readonly scenarios: readonly ScenarioScore[];
  readonly attacks: number;
  readonly named: number;
  readonly nonAttacks: number;
  readonly falseIncidents: number;
}

/** Incidents this long after a scenario still belong to it: tanks take time to return. */
export const RECOVERY_HOURS = 24;

/** @param recoveryHours how long after its end a scenario still explains an incident */
export function scoreScenarios(
  plan: readonly PlacedScenario[],
  incidents: readonly SeenIncident[],
  recoveryHours: number = RECOVERY_HOURS,
): Score {
  const recoveryMs = recoveryHours * HOUR_MS;
  const scenarios = plan.map((scenario) => scoreOf(scenario, duringOf(scenario, incidents, recoveryMs)));
  const attacks = scenarios.filter(({ kind }) => kind === "attack");
  return {
    scenarios,
    attacks: attacks.length,
    named: attacks.filter(({ passed }) => passed).length,
    nonAttacks: scenarios.length - attacks.length,
    falseIncidents: incidents.filter((incident) => isFalse(incident, plan, recoveryMs)).length,
  };
}

function scoreOf(scenario: PlacedScenario, during: readonly SeenIncident[]): ScenarioScore {
  const { name, kind, targets, startMs, limitHours } = scenario;
  const naming = during.find(({ suspects }) => suspects[0] !== undefined && isTarget(suspects[0], targets));
  const delayHours = naming === undefined ? undefined : (naming.raisedMs - startMs) / HOUR_MS;
  const named = delayHours !== undefined && delayHours <= limitHours;
  const accused = during.flatMap(({ suspects }) => suspects.slice(0, 1));
  const passed = kind === "attack" ? named : during.every(({ verdict }) => verdict !== "attack");
  return { name, kind, targets, startMs, passed, delayHours, accused };
}

function isFalse(incident: SeenIncident, plan: readonly PlacedScenario[], recoveryMs: number): boolean {
  const meanwhile = plan.filter((scenario) => duringOf(scenario, [incident], recoveryMs).length > 0);
  if (meanwhile.some(({ kind }) => kind === "attack")) return false;
  return meanwhile.length === 0 || incident.verdict === "attack";
}

function duringOf(scenario: PlacedScenario, incidents: readonly SeenIncident[], recoveryMs: number): SeenIncident[] {
  return incidents.filter(({ raisedMs }) => raisedMs >= scenario.startMs && raisedMs < scenario.endMs + recoveryMs);
}

/** `S_PU4`, `F_PU4` and `PU4` all name the pump. */
function isTarget(suspect: string, targets: readonly string[]): boolean {
  return targets.some((target) => elementOf(target) === elementOf(suspect));
}

function elementOf(name: string): string {
  return name.replace(/^[LFSP]_/, "");
}
