/** Recorded data of the BATADAL competition, which may not be copied here: read beside the checkout when present. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exampleSite } from "./example-site.ts";
import { untrainedParameters } from "./parameters.ts";
import { openNetwork } from "./water-model.ts";
import { WaterTwin } from "./water-twin.ts";

const FILE = new URL("../../../../../shared/data/batadal/dataset03.csv", import.meta.url);
const CTOWN = new URL("../../../../sites/c-town/model/ctown.inp", import.meta.url);
const missing = !existsSync(FILE);
if (missing) console.warn("not run: physics on BATADAL dataset03 (../shared/data/batadal is missing)");

const ROWS = 200;
const HOUR_MS = 3_600_000;

test.skipIf(missing)("hours without an attack: 99 % of the norms of the 24 residuals are at most 0.05", async () => {
  const [header, ...lines] = readFileSync(FILE, "utf8")
    .split("\n")
    .slice(0, ROWS + 1);
  const sensors = header!.split(",").slice(1, 44);
  const site = exampleSite(readFileSync(CTOWN), sensors);
  const base = untrainedParameters(site, (await openNetwork(site)).districts);
  const sigma = site.signals.map(() => 0.004);
  const twin = await WaterTwin.open(site, { ...base, sigma });
  const trusted = new Uint8Array(sensors.length).fill(1);
  const norms = lines.map((line, hour) => {
    const values = line
      .split(",")
      .slice(1, 44)
      .map((text) => Math.round(Number(text) * 100) / 100);
    return twin.step(hour * HOUR_MS, Float64Array.from(values), trusted).fitNorm;
  });
  expect(norms).toHaveLength(ROWS);
  norms.sort((a, b) => a - b);
  expect(norms[Math.floor(0.99 * (ROWS - 1))]).toBeLessThanOrEqual(0.05);
  expect(norms[ROWS / 2]).toBeLessThan(0.015);
});
