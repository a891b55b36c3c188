/** Recorded weeks of a simulated Net1, as a CSV with the site's label column. */
import { writeFileSync } from "node:fs";
import { seededChance } from "@twinward/kernel";
import { csvHeader, csvLine, generateRows, labSiteOf, placeScenario } from "@twinward/lab";
import { siteFrom } from "./site-folder.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 5);

export interface Recording {
  readonly site: string;
  readonly seed: number;
  readonly hours: number;
  /** Name of a scenario, and the hour it starts. */
  readonly scenario?: readonly [name: string, hour: number];
}

export async function record(path: string, { site: dir, seed, hours, scenario }: Recording): Promise<void> {
  const site = labSiteOf(await siteFrom(dir));
  const endMs = START_MS + hours * HOUR_MS;
  const plan =
    scenario === undefined
      ? []
      : [placeScenario(scenario[0], { site, chance: seededChance(seed), startMs: START_MS + scenario[1] * HOUR_MS })];
  const lines = [csvHeader(site, true)];
  for await (const row of generateRows({ site, seed, mismatch: 0, startMs: START_MS, endMs, plan }))
    lines.push(csvLine(site, row, row.reported, true));
  writeFileSync(path, `${lines.join("\n")}\n`);
}
