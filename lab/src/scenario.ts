/**
 * The named scenarios: what happens, to what, for how long, and what should be found.
 *
 * A scenario is placed on any site with tanks and level controls; which tank or pump it strikes is
 * drawn from the seed.
 */
import type { Chance } from "@twinward/kernel";
import type { LabSite } from "./lab-site.ts";
import { HOUR_MS, type PlacedScenario, type Scenario } from "./placement.ts";
import { ATTACKS } from "./scenario-attacks.ts";
import { NON_ATTACKS } from "./scenario-non-attacks.ts";
import { WIRE_ATTACKS } from "./scenario-wire.ts";
import { controlledTanks } from "./tank.ts";

export const SCENARIOS: readonly Scenario[] = [...ATTACKS, ...WIRE_ATTACKS, ...NON_ATTACKS];

export interface WhenAndWhere {
  readonly site: LabSite;
  readonly chance: Chance;
  readonly startMs: number;
  /** Element id of the tank to strike; drawn when left out. */
  readonly tank?: string;
}

/** Places a scenario by name. Throws RangeError for a name or tank that does not exist. */
export function placeScenario(name: string, { site, chance, startMs, tank: wish }: WhenAndWhere): PlacedScenario {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new RangeError(`no scenario ${name}: one of ${SCENARIOS.map((s) => s.name)}`);
  const tanks = controlledTanks(site);
  const drawn = tanks[Math.floor(chance.uniform() * tanks.length)];
  const tank = wish === undefined ? drawn : tanks.find(({ id }) => id === wish);
  if (tank === undefined) throw new RangeError(`site ${site.id} has no controlled, measured tank ${wish ?? ""}`);
  const endMs = startMs + scenario.durationHours * HOUR_MS;
  const { place, ...description } = scenario;
  return { ...description, startMs, endMs, notices: [], ...place({ site, chance, startMs, endMs, tank }) };
}
