/**
 * What happens in the demo, and when: attacks and ordinary trouble in turn, with quiet in between.
 *
 * Rules: a clean lead-in; an attack first, then a non-attack, and so on; after each the plant gets
 * time to recover; attacks strike different tanks as long as there are any; nothing starts with less
 * than its limit left to run.
 */
import { type Chance, seededChance } from "@twinward/kernel";
import type { LabSite } from "./lab-site.ts";
import { HOUR_MS, type PlacedScenario } from "./placement.ts";
import { placeScenario, SCENARIOS } from "./scenario.ts";
import { controlledTanks } from "./tank.ts";

/** The default run. */
export const DEMO_ATTACKS = ["offset", "freeze", "replay", "concealment"] as const;
export const DEMO_NON_ATTACKS = ["communication-loss", "maintenance", "holiday"] as const;

const LEAD_HOURS = 48;
const GAP_HOURS = 36;
const ROUNDS_MAX = 100;

export interface DemoPlanOptions {
  readonly site: LabSite;
  readonly seed: number;
  readonly startMs: number;
  /** When the run ends; left out, the plan is one round of everything. */
  readonly endMs?: number;
  /** Instead of the default run, these scenarios in this order. */
  readonly scenarios?: readonly string[];
  readonly leadHours?: number;
  readonly gapHours?: number;
}

/** Throws RangeError for a scenario that does not exist. */
export function demoPlan(options: DemoPlanOptions): PlacedScenario[] {
  const { site, startMs, endMs } = options;
  const chance = seededChance(options.seed ^ 0x5eed);
  const plan: PlacedScenario[] = [];
  let atMs = startMs + (options.leadHours ?? LEAD_HOURS) * HOUR_MS;
  for (let round = 0; round < (endMs === undefined ? 1 : ROUNDS_MAX); round++) {
    const tanks = shuffled(chance, controlledTanks(site));
    let next = 0;
    for (const name of options.scenarios ?? defaultRound(chance)) {
      const isAttack = SCENARIOS.some((scenario) => scenario.name === name && scenario.kind === "attack");
      const tank = tanks[(isAttack ? next++ : next) % tanks.length]!.id;
      const placed = placeScenario(name, { site, chance, startMs: atMs, tank });
      if (endMs !== undefined && atMs + placed.limitHours * HOUR_MS > endMs) return plan;
      plan.push(placed);
      atMs = placed.endMs + (options.gapHours ?? GAP_HOURS) * HOUR_MS;
    }
  }
  return plan;
}

/** Simulated hours one round of the default run takes, lead-in and last gap included. */
export function demoRoundHours(): number {
  const names: readonly string[] = [...DEMO_ATTACKS, ...DEMO_NON_ATTACKS];
  const used = SCENARIOS.filter(({ name }) => names.includes(name));
  return used.reduce((sum, { durationHours }) => sum + durationHours + GAP_HOURS, LEAD_HOURS);
}

function defaultRound(chance: Chance): string[] {
  const attacks = shuffled(chance, DEMO_ATTACKS);
  const others = shuffled(chance, DEMO_NON_ATTACKS);
  return attacks.flatMap((attack, i) => [attack, ...others.slice(i, i + 1)]);
}

/** Fisher and Yates. */
function shuffled<T>(chance: Chance, items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(chance.uniform() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
