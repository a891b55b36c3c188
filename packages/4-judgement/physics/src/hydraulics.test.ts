/** The network against EPANET's own report, and against itself in another process. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Engine } from "./engine.ts";
import { modelText, twinModelText, withoutSections } from "./model-text.ts";
import { WaterNetwork } from "./network.ts";

const SITES = new URL("../../../../sites/", import.meta.url);
const NET1 = new URL("net1/model/Net1.inp", SITES);
const CTOWN = new URL("c-town/model/ctown.inp", SITES);

interface Reported {
  readonly demand: Map<string, number>;
  readonly head: Map<string, number>;
  readonly pressure: Map<string, number>;
  readonly flow: Map<string, number>;
}

/** Runs the file with its own controls and reads EPANET's report, hour by hour. */
async function reportOf(file: URL, everySeconds: string): Promise<Reported[]> {
  const text = withoutSections(modelText(readFileSync(file)), ["REPORT"])
    .replace(/\[REPORT\]/i, "[REPORT]\n Status No\n Summary No\n Page 0\n Nodes All\n Links All\n")
    .replace(/^ *Quality\s+(Chlorine|NONE).*$/gim, " Quality None")
    .replace(/^ *Report Timestep.*$/gim, ` Report Timestep ${everySeconds}`);
  const report = (await Engine.open(text)).runWithReport();
  const found: Reported[] = [];
  let nodes = true;
  for (const line of report.split("\n")) {
    if (/^\s*Node Results at/.test(line)) {
      found.push({ demand: new Map(), head: new Map(), pressure: new Map(), flow: new Map() });
      nodes = true;
    } else if (/^\s*Link Results at/.test(line)) nodes = false;
    const [id, ...figures] = line.trim().split(/\s+/);
    const numbers = figures.slice(0, 3).map(Number);
    const now = found.at(-1);
    if (now === undefined || id === undefined || numbers.length < 3 || numbers.some(Number.isNaN)) continue;
    if (nodes) {
      now.demand.set(id, numbers[0]!);
      now.head.set(id, numbers[1]!);
      now.pressure.set(id, numbers[2]!);
    } else now.flow.set(id, numbers[0]!);
  }
  return found;
}

/** Puts the reported levels, states and demands in; returns the largest misses of flows (l/s) and pressures (m). */
async function missesOf(
  file: URL,
  switched: string[],
  hours: Reported[],
  units: { flow: number; length: number; head: number },
) {
  const network = await WaterNetwork.open(readFileSync(file), new Set(switched));
  const inflows = new Float64Array(network.tanks.length);
  const worst = { flow: 0, pressure: 0, compared: 0 };
  for (const hour of hours) {
    const levels = Float64Array.from(network.tanks, (tank) => {
      const level = hour.head.get(tank.id)! * units.length - tank.elevation;
      // A report rounds to a centimetre: a tank that still fills is not full, whatever the rounded level says.
      return hour.demand.get(tank.id)! > 0.05 ? Math.min(level, tank.maxLevel - 0.003) : level;
    });
    const statuses = Float64Array.from(network.actuators, (actuator) => (hour.flow.get(actuator.id)! !== 0 ? 1 : 0));
    const demands = Float64Array.from(network.districts, (district) => {
      const drawn = district.junctions.reduce((sum, node) => sum + hour.demand.get(network.nodeId(node))!, 0);
      return (drawn * units.flow) / district.base;
    });
    const flows = [...hour.flow.keys()].map((id) => ({ id, reading: network.reading("flow", id)! }));
    const pressures = [...hour.pressure.keys()].map((id) => ({ id, reading: network.reading("pressure", id)! }));
    const readings = [...flows, ...pressures].map((each) => each.reading);
    const values = new Float64Array(readings.length);
    const speeds = new Float64Array(network.actuators.length).fill(1);
    network.solve({ levels, statuses, speeds, demands }, readings, values, inflows);
    flows.forEach(({ id }, place) => {
      worst.flow = Math.max(worst.flow, Math.abs(values[place]! - hour.flow.get(id)! * units.flow));
    });
    pressures.forEach(({ id }, place) => {
      const miss = Math.abs(values[flows.length + place]! - hour.pressure.get(id)! * units.head);
      worst.pressure = Math.max(worst.pressure, miss);
    });
    worst.compared += readings.length;
  }
  return worst;
}

test("Net1: every flow and pressure of EPANET's report is reproduced from levels, states and demands", async () => {
  const hours = await reportOf(NET1, "1:00");
  expect(hours.length).toBeGreaterThanOrEqual(24);
  const units = { flow: 3.785411784 / 60, length: 0.3048, head: 0.3048 / 0.4333 };
  const worst = await missesOf(NET1, [], hours, units);
  expect(worst.compared).toBeGreaterThan(500);
  expect(worst.flow).toBeLessThan(0.15);
  expect(worst.pressure).toBeLessThan(0.05);
});

test("C-Town: every flow and pressure of EPANET's report is reproduced from levels, states and demands", async () => {
  const hours = await reportOf(CTOWN, "3:00");
  expect(hours.length).toBeGreaterThanOrEqual(8);
  const worst = await missesOf(CTOWN, ["V2"], hours, { flow: 1, length: 1, head: 1 });
  expect(worst.compared).toBeGreaterThan(5000);
  expect(worst.flow).toBeLessThan(0.5);
  expect(worst.pressure).toBeLessThan(0.5);
});

test("a solve is a function of its inputs: what was solved before changes no digit", async () => {
  const network = await WaterNetwork.open(readFileSync(CTOWN), new Set(["V2"]));
  const once = solvedBits(network, 1);
  solvedBits(network, 0);
  expect(solvedBits(network, 1)).toEqual(once);
});

function solvedBits(network: WaterNetwork, open: number): number[] {
  const readings = ["PU1", "PU2", "V2"].map((id) => network.reading("flow", id)!);
  const values = new Float64Array(3);
  const levels = Float64Array.from(network.tanks, (tank) => tank.maxLevel / 3);
  const many = (length: number, value: number) => new Float64Array(length).fill(value);
  const count = network.actuators.length;
  const state = { levels, statuses: many(count, open), speeds: many(count, 1), demands: many(5, 0.7) };
  network.solve(state, readings, values, new Float64Array(network.tanks.length));
  return [...new BigUint64Array(values.buffer)].map(Number);
}

test("another process computes the same bits", async () => {
  const here = solvedBits(await WaterNetwork.open(readFileSync(CTOWN), new Set(["V2"])), 1);
  const script = `
    import { readFileSync } from "node:fs";
    import { WaterNetwork } from ${JSON.stringify(new URL("./network.ts", import.meta.url).href)};
    const solvedBits = ${solvedBits.toString()};
    const network = await WaterNetwork.open(readFileSync(new URL(${JSON.stringify(CTOWN.href)})), new Set(["V2"]));
    console.log(JSON.stringify(solvedBits(network, 1)));`;
  const flags = ["--conditions=source", "--input-type=module", "-e", script];
  const there = execFileSync(process.execPath, flags, { encoding: "utf8", cwd: new URL(".", import.meta.url) });
  expect(JSON.parse(there)).toEqual(here);
});

test("controls and rules are taken out, and nothing else", () => {
  const text = "[JUNCTIONS]\n J1\n[CONTROLS]\n LINK P1 OPEN\n[RULES]\n RULE 1\n[ENERGY]\n x";
  const kept = twinModelText(new TextEncoder().encode(text));
  expect(kept).toBe("[JUNCTIONS]\n J1\n[CONTROLS]\n[RULES]\n[ENERGY]\n x");
});

test("a model that EPANET refuses is refused with its reason", async () => {
  await expect(Engine.open("[JUNCTIONS]\n J1 0\n[PIPES]\n P1 J1 J9 1 1 1\n[END]\n")).rejects.toThrow(
    /MODEL|cannot be opened/,
  );
});
