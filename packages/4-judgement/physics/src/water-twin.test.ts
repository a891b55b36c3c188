/** The twin on plants whose truth is known: C-Town and Net1 run by the model itself. */
import { readFileSync } from "node:fs";
import { type Chance, seededChance } from "@twinward/kernel";
import { expect, test } from "vitest";
import { runPlant } from "./example-plant.ts";
import { exampleSite } from "./example-site.ts";
import { fitWaterParameters } from "./fit-parameters.ts";
import { untrainedParameters, type WaterParameters } from "./parameters.ts";
import { openNetwork } from "./water-model.ts";
import { WaterTwin } from "./water-twin.ts";

const SITES = new URL("../../../../sites/", import.meta.url);
const SENSORS = [
  ...["T1", "T2", "T3", "T4", "T5", "T6", "T7"].map((id) => `L_${id}`),
  ...["PU1", "PU2", "PU4", "PU6", "PU7", "PU8", "PU10", "PU11", "V2"].flatMap((id) => [`F_${id}`, `S_${id}`]),
  ...["J280", "J269", "J300", "J256", "J289", "J415", "J302", "J306", "J307", "J317", "J14", "J422"].map(
    (id) => `P_${id}`,
  ),
];
const site = exampleSite(readFileSync(new URL("c-town/model/ctown.inp", SITES)), SENSORS);
const all = () => new Uint8Array(site.signals.length).fill(1);
const number = (id: string) => SENSORS.indexOf(id);

/** Physics with the sharpness of instruments that only round. */
async function sharp(): Promise<WaterParameters> {
  const base = untrainedParameters(site, (await openNetwork(site)).districts);
  const drift = Object.fromEntries(["T1", "T2", "T3", "T4", "T5", "T6", "T7"].map((id) => [id, 0.01]));
  const sigma = site.signals.map((signal) => (signal.kind === "status" ? 1 : 0.004));
  return { ...base, sigma, levelDrift: drift, scanMs: 0 };
}

test("demands come out of the fit, and every flow and pressure with them", async () => {
  const { rows, demands } = await runPlant(site, 48, 1);
  const twin = await WaterTwin.open(site, await sharp());
  const norms: number[] = [];
  rows.forEach((row, k) => {
    const seen = twin.step(row.timeMs, row.values, all());
    norms.push(seen.fitNorm);
    seen.demands.forEach((demand, place) => {
      const off = Math.abs(demand - demands[k]![place]!);
      expect(off).toBeLessThan(0.02 + 5 * seen.demandSigmas[place]!);
    });
  });
  expect(norms.sort((a, b) => a - b)[46]).toBeLessThan(0.05);
});

test("the forecast knows levels and states an hour ahead, within its own doubt", async () => {
  const { rows } = await runPlant(site, 48, 2);
  const twin = await WaterTwin.open(site, await sharp());
  let compared = 0;
  let beyond = 0;
  let wrong = 0;
  for (const row of rows) {
    const { forecast, warm, logic } = twin.step(row.timeMs, row.values, all());
    if (!warm) continue;
    expect(logic.filter((violation) => violation.deviation > 3)).toEqual([]);
    for (const { number: at, kind } of site.signals) {
      if (kind === "status" && Math.abs(row.values[at]! - forecast.expected[at]!) > 0.5) wrong += 1;
      if (kind !== "level") continue;
      compared += 1;
      if (Math.abs(row.values[at]! - forecast.expected[at]!) > 4 * forecast.sigma[at]!) beyond += 1;
    }
  }
  expect(compared).toBe(47 * 7);
  expect(beyond).toBeLessThan(compared * 0.02);
  // Of 47 × 9 states.
  expect(wrong).toBeLessThanOrEqual(4);
});

test("a lying level stands out in the forecast, and is replaced without being believed", async () => {
  const { rows } = await runPlant(site, 48, 3);
  const twin = await WaterTwin.open(site, await sharp());
  const lie = number("L_T3");
  for (const [k, row] of rows.entries()) {
    const values = row.values.slice();
    if (k >= 24) values[lie]! += 1;
    const trusted = all();
    if (k === 24) {
      const { forecast } = twin.assess(row.timeMs, values, trusted);
      const scores = site.signals.map(({ kind }, at) => {
        return kind === "level" ? Math.abs(values[at]! - forecast.expected[at]!) / forecast.sigma[at]! : 0;
      });
      expect(scores.indexOf(Math.max(...scores))).toBe(lie);
    }
    if (k >= 24) trusted[lie] = 0;
    const { estimate, openLoopMs } = twin.step(row.timeMs, values, trusted);
    if (k < 24) continue;
    expect(openLoopMs[twin.tanks.indexOf("T3")]).toBe((k - 23) * 3_600_000);
    // 5 % of the tank's range.
    expect(Math.abs(estimate.expected[lie]! - row.values[lie]!)).toBeLessThan(0.05 * 6.75);
  }
});

test("a false pressure is named by leaving it out", async () => {
  const { rows } = await runPlant(site, 6, 4);
  const twin = await WaterTwin.open(site, await sharp());
  for (const row of rows.slice(0, 5)) twin.step(row.timeMs, row.values, all());
  const { timeMs, values } = rows[5]!;
  values[number("P_J302")]! += 3;
  const { withoutSelf } = twin.step(timeMs, values, all());
  const scores = site.signals.map(({ kind }, at) => {
    const score = Math.abs(values[at]! - withoutSelf.expected[at]!) / withoutSelf.sigma[at]!;
    return kind === "status" || Number.isNaN(score) ? 0 : score;
  });
  expect(scores.indexOf(Math.max(...scores))).toBe(number("P_J302"));
  expect(Math.abs(withoutSelf.expected[number("P_J302")]! - (values[number("P_J302")]! - 3))).toBeLessThan(0.1);
});

test("a restored twin goes on to the last digit, and assessing changes nothing", async () => {
  const { rows } = await runPlant(site, 12, 5);
  const [one, two] = [await WaterTwin.open(site, await sharp()), await WaterTwin.open(site, await sharp())];
  for (const row of rows.slice(0, 8)) one.step(row.timeMs, row.values, all());
  two.restore(one.snapshot());
  for (const row of rows.slice(8)) {
    const distrusting = all().fill(0, 0, 7);
    two.assess(row.timeMs, row.values, distrusting, { freeSpeeds: ["PU1"] });
    const expected = one.step(row.timeMs, row.values, all());
    const found = two.step(row.timeMs, row.values, all());
    expect({ ...found, solves: 0 }).toEqual({ ...expected, solves: 0 });
    expect(two.snapshot()).toEqual(one.snapshot());
  }
});

test("a pump off its curve shows as a speed", async () => {
  const { rows } = await runPlant(site, 2, 6);
  const twin = await WaterTwin.open(site, await sharp());
  const running = ["PU1", "PU2"].find((id) => rows[1]!.values[number(`S_${id}`)] === 1)!;
  twin.step(rows[0]!.timeMs, rows[0]!.values, all());
  const { speeds, speedSigmas } = twin.assess(rows[1]!.timeMs, rows[1]!.values, all(), { freeSpeeds: [running] });
  expect(speeds).toHaveLength(1);
  expect(Math.abs(speeds[0]! - 1)).toBeLessThan(0.01 + 4 * speedSigmas[0]!);
});

test("Net1 with one tank, one pump and US units is learned from its own data", async () => {
  const units = { flow: "[gal_us]/min", level: "[ft_i]", pressure: "[psi]" } as const;
  const inp = readFileSync(new URL("net1/model/Net1.inp", SITES));
  const net1 = exampleSite(inp, ["L_2", "F_9", "S_9", "P_10", "P_32"], { units });
  const { rows } = await runPlant(net1, 200, 7);
  const parameters = await fitWaterParameters(net1, rows.slice(0, 150), { rowsMax: 120 });
  expect(JSON.parse(JSON.stringify(parameters))).toEqual(parameters);
  const twin = await WaterTwin.open(net1, parameters);
  const misses = rows.slice(150).map((row) => {
    const seen = twin.step(row.timeMs, row.values, new Uint8Array(5).fill(1));
    return seen.warm ? Math.abs(row.values[0]! - seen.forecast.expected[0]!) / seen.forecast.sigma[0]! : 0;
  });
  expect(misses.sort((a, b) => a - b)[46]).toBeLessThan(4);
});

test("parameters of another site are refused", async () => {
  const parameters = { ...(await sharp()), signals: ["L_T1"] };
  await expect(WaterTwin.open(site, parameters)).rejects.toMatchObject({ code: "WATER_PARAMETERS" });
});

test("garbage of any size and any trust neither stops the twin nor stays in it", async () => {
  const chance = seededChance(8);
  const { rows } = await runPlant(site, 6, 9);
  const twin = await WaterTwin.open(site, await sharp());
  const start = rows[0]!.timeMs - 40 * 3_600_000;
  for (let hour = 0; hour < 40; hour += 1) {
    const values = Float64Array.from(site.signals, () => garbage(chance));
    const trusted = Uint8Array.from(site.signals, () => (chance.uniform() < 0.8 ? 1 : 0));
    const seen = twin.step(start + hour * 3_600_000, values, trusted);
    expect(seen.demands.every(Number.isFinite)).toBe(true);
    expect(seen.solves).toBeLessThan(400);
  }
  const norms = rows.map((row) => twin.step(row.timeMs, row.values, all()).fitNorm);
  expect(norms.at(-1)).toBeLessThan(0.1);
});

function garbage(chance: Chance): number {
  const kind = chance.uniform();
  if (kind < 0.1) return Number.NaN;
  if (kind < 0.15) return Number.POSITIVE_INFINITY;
  return kind < 0.5 ? Math.round(chance.uniform()) : chance.normal() * 10 ** (chance.uniform() * 8 - 1);
}
