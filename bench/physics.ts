/**
 * Physics: samples per second and core of the water twin, on rows of the simulated plant.
 *
 *   node --conditions=source bench/physics.ts [--hours N] [--seed N]
 *
 * The twin steps without trained parameters (wide doubts, no remembered plant): what a new site pays. One JSON line last.
 */
import { generateRows, labSiteOf, type Row } from "@twinward/lab";
import { WaterTwin } from "@twinward/physics";
import { loadSite, type Site } from "@twinward/plant";

const HOUR_MS = 3_600_000;
const WARM_UP_ROWS = 20;
const ROUND_ROWS = 20;
const optionValue = (name: string, otherwise: string) =>
  process.argv.includes(name) ? (process.argv[process.argv.indexOf(name) + 1] ?? otherwise) : otherwise;

const site = loadSite(new URL("../sites/c-town", import.meta.url).pathname) as Site;
const startMs = Date.UTC(2026, 0, 5);
const rows: Row[] = [];
const span = { startMs, endMs: startMs + Number(optionValue("--hours", "40")) * HOUR_MS };
const seed = Number(optionValue("--seed", "1"));
for await (const row of generateRows({ site: labSiteOf(site), seed, samplePeriodMs: 900_000, ...span })) rows.push(row);

const twin = await WaterTwin.open(site);
const trusted = new Uint8Array(site.signals.length).fill(1);
const cpuUs: number[] = [];
const wallUs: number[] = [];
for (let from = 0; from + ROUND_ROWS <= rows.length; from += ROUND_ROWS) {
  const cpu = process.threadCpuUsage();
  const began = performance.now();
  for (const row of rows.slice(from, from + ROUND_ROWS)) twin.step(row.timeMs, row.reported, trusted);
  const { user, system } = process.threadCpuUsage(cpu);
  if (from < WARM_UP_ROWS) continue;
  cpuUs.push((user + system) / ROUND_ROWS);
  wallUs.push(((performance.now() - began) * 1000) / ROUND_ROWS);
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const perCore = 1e6 / median(cpuUs);
console.log(`${site.signals.length} signals: ${perCore.toFixed(0)} samples per second of one core's time`);
console.log(
  JSON.stringify({
    bench: "physics",
    signals: site.signals.length,
    samples: rows.length,
    samplesPerSecondPerCore: Math.round(perCore),
    cpuUsPerSample: Math.round(median(cpuUs)),
    samplesPerSecondWall: Math.round(1e6 / median(wallUs)),
  }),
);
