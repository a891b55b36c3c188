/** C-Town as the demo runs it: sampled every 15 simulated minutes, its plant unlike its model by up to 10 %. */
import { fileURLToPath } from "node:url";
import { type Model, type TimedValues, train } from "@twinward/detection";
import { generateRows, type LabSite, labSiteOf } from "@twinward/lab";
import type { Site } from "@twinward/plant";
import { siteFrom } from "../site-folder.ts";

const SAMPLE_PERIOD_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
/** A Monday. */
export const DEMO_START_MS = Date.UTC(2026, 0, 5);
export const DEMO_MISMATCH = 0.1;
const TRAINING_DAYS = 28;

export interface DemoSite {
  readonly site: Site;
  readonly lab: LabSite;
}

export async function demoSite(): Promise<DemoSite> {
  const loaded = await siteFrom(fileURLToPath(new URL("../../../../sites/c-town", import.meta.url)));
  const site = { ...loaded, samplePeriodMs: SAMPLE_PERIOD_MS };
  return { site, lab: { ...labSiteOf(site), samplePeriodMs: SAMPLE_PERIOD_MS } };
}

/** Trains on the clean weeks before the demo, of the very plant that will be guarded. */
export async function trainForDemo(
  { site, lab }: DemoSite,
  seed: number,
  progress: (share: number) => void,
  mismatch = DEMO_MISMATCH,
): Promise<Model> {
  const rows: TimedValues[] = [];
  const startMs = DEMO_START_MS - TRAINING_DAYS * DAY_MS;
  for await (const row of generateRows({ site: lab, seed, mismatch, startMs, endMs: DEMO_START_MS })) {
    rows.push({ timeMs: row.timeMs, values: row.reported });
  }
  return train(site, () => rows, { progress });
}
