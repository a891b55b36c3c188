/**
 * Writes a CSV of the simulated plant, for training and tuning by hand:
 *   node --conditions=source lab/src/dump.ts --site sites/c-town --seed 1 --days 30 --mismatch 0.1 \
 *     --scenario offset --scenario freeze --out x.csv [--truth t.csv] [--plan p.json] [--period 900] [--tank T3]
 *
 * Scenarios start after a clean lead-in (`--lead` days, default 7) with `--gap` hours between them (default 48); with
 * `--scenario` given many times they follow each other in the order given, until the days are over.
 */
import { createWriteStream, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { seededChance } from "@twinward/kernel";
import { formatSiteFault, loadSite } from "@twinward/plant";
import { csvHeader, csvLine } from "./csv.ts";
import { type LabSite, labSiteOf } from "./lab-site.ts";
import { HOUR_MS, type PlacedScenario } from "./placement.ts";
import { generateRows } from "./rows.ts";
import { placeScenario } from "./scenario.ts";

const DAY_MS = 24 * HOUR_MS;

const { values } = parseArgs({
  options: {
    site: { type: "string", default: "sites/c-town" },
    seed: { type: "string", default: "1" },
    days: { type: "string", default: "30" },
    mismatch: { type: "string", default: "0.1" },
    period: { type: "string", default: "900" },
    lead: { type: "string", default: "7" },
    gap: { type: "string", default: "48" },
    scenario: { type: "string", multiple: true, default: [] },
    tank: { type: "string" },
    start: { type: "string", default: "2026-01-05T00:00:00Z" },
    out: { type: "string" },
    truth: { type: "string" },
    plan: { type: "string" },
  },
});

const loaded = loadSite(values.site);
if (Array.isArray(loaded)) throw new TypeError(loaded.map(formatSiteFault).join("\n"));
const base = labSiteOf(loaded);
const samplePeriodMs = Number(values.period) * 1000;
// Samples closer than an hour need a time column that tells them apart.
const timeFormat = samplePeriodMs < HOUR_MS ? "iso" : base.csv.timeFormat;
const site: LabSite = { ...base, csv: { ...base.csv, timeFormat } };
const seed = Number(values.seed);
const startMs = Date.parse(values.start);
const endMs = startMs + Number(values.days) * DAY_MS;
const plan = planOf();
if (values.plan !== undefined) writeFileSync(values.plan, `${JSON.stringify(plan, null, 1)}\n`);
await dump();

function planOf(): PlacedScenario[] {
  const chance = seededChance(seed + 7_000);
  const plan: PlacedScenario[] = [];
  let atMs = startMs + Number(values.lead) * DAY_MS;
  for (const name of values.scenario) {
    const where = values.tank === undefined ? {} : { tank: values.tank };
    const placed = placeScenario(name, { site, chance, startMs: atMs, ...where });
    if (placed.endMs > endMs) break;
    plan.push(placed);
    atMs = placed.endMs + Number(values.gap) * HOUR_MS;
  }
  return plan;
}

async function dump(): Promise<void> {
  const out = values.out === undefined ? process.stdout : createWriteStream(values.out);
  const truth = values.truth === undefined ? undefined : createWriteStream(values.truth);
  out.write(`${csvHeader(site, true)}\n`);
  truth?.write(`${csvHeader(site, true)}\n`);
  const mismatch = Number(values.mismatch);
  for await (const row of generateRows({ site, seed, mismatch, samplePeriodMs, startMs, endMs, plan })) {
    out.write(`${csvLine(site, row, row.reported, true)}\n`);
    truth?.write(`${csvLine(site, row, row.truth, true)}\n`);
  }
}
