/**
 * A plant for tests, run by the model itself: demands with a daily rhythm, level controls, instruments that only
 * round. Its truth is known, so that what the twin says can be compared with it.
 */
import { type Chance, seededChance } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import { runForward } from "./forward-run.ts";
import type { CleanRow } from "./learn-controls.ts";
import { compileControls, instrument } from "./meter.ts";
import type { WaterNetwork } from "./network.ts";
import { openNetwork } from "./water-model.ts";

export interface PlantRun {
  readonly rows: readonly CleanRow[];
  /** True demand multipliers per row. */
  readonly demands: readonly Float64Array[];
}

const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;

export async function runPlant(site: Site, count: number, seed: number): Promise<PlantRun> {
  const network = await openNetwork(site);
  const controls = compileControls(site.behaviour.kind === "epanet" ? site.behaviour.controls : [], network);
  const chance = seededChance(seed);
  const rows: CleanRow[] = [];
  const demands: Float64Array[] = [];
  let levels = Float64Array.from(network.tanks, (tank) => tank.minLevel + 0.6 * (tank.maxLevel - tank.minLevel));
  let statuses = Float64Array.from(network.actuators, (actuator) => actuator.initial);
  const speeds = new Float64Array(network.actuators.length).fill(1);
  for (let k = 0; k < count; k += 1) {
    const timeMs = START_MS + k * site.samplePeriodMs;
    const drawn = drawnAt(network, timeMs, chance);
    rows.push({ timeMs, values: measured(site, network, { levels, statuses, speeds, demands: drawn }) });
    demands.push(drawn);
    const start = { levels, statuses, speeds, demandsFrom: drawn, demandsTo: drawn, held: new Set<number>() };
    const doubts = network.tanks.map(() => 0);
    const timing = { periodMs: site.samplePeriodMs, stepMs: HOUR_MS / 4, scanMs: 0 };
    const end = runForward(network, controls, { ...start, doubts }, timing);
    levels = Float64Array.from(end.levels);
    statuses = Float64Array.from(end.statuses);
  }
  return { rows, demands };
}

function drawnAt(network: WaterNetwork, timeMs: number, chance: Chance): Float64Array {
  const rhythm = 1 + 0.4 * Math.sin((2 * Math.PI * timeMs) / (24 * HOUR_MS));
  return Float64Array.from(network.districts, (district) => district.mean * rhythm * (1 + 0.05 * chance.normal()));
}

function measured(site: Site, network: WaterNetwork, state: Parameters<WaterNetwork["solve"]>[0]): Float64Array {
  const { meters, levels, statuses } = instrument(site, network);
  const values = new Float64Array(site.signals.length).fill(Number.NaN);
  const read = new Float64Array(meters.length);
  network.solve(
    state,
    meters.map((meter) => meter.reading),
    read,
    new Float64Array(network.tanks.length),
  );
  const put = (signal: number, value: number) => {
    const { resolution } = site.signals[signal]!;
    values[signal] = Math.round(value / resolution) * resolution;
  };
  meters.forEach((meter, place) => {
    put(meter.signal, read[place]! * meter.factor);
  });
  for (const level of levels) put(level.signal, state.levels[level.tank]! * level.factor);
  statuses.forEach((signal, actuator) => {
    if (signal >= 0) values[signal] = state.statuses[actuator]!;
  });
  return values;
}
