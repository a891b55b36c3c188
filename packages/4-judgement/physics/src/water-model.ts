/**
 * One plant as the twin sees it: the network, what measures what, and the learned parameters turned into arrays in
 * the model's units and order.
 */
import { TwinwardError } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import { type CompiledControl, compileControls, type Instrumentation, instrument } from "./meter.ts";
import { WaterNetwork } from "./network.ts";
import { untrainedParameters, type WaterParameters } from "./parameters.ts";
import { SensitivityMemory } from "./sensitivity.ts";
import { StateFitter } from "./state-fit.ts";

export interface WaterModel extends Instrumentation {
  readonly network: WaterNetwork;
  readonly parameters: WaterParameters;
  readonly controls: readonly CompiledControl[];
  /** Calibrated speeds, per actuator. */
  readonly speeds: Float64Array;
  /** Per meter, model units. */
  readonly offset: Float64Array;
  readonly gain: Float64Array;
  readonly sigma: Float64Array;
  /** Per level meter, metres. */
  readonly levelSigma: Float64Array;
  /** Half a step of the level meter: closer to a limit than this is on it, metres. */
  readonly levelGrain: Float64Array;
  /** Per tank: what one hour of open loop adds, metres. */
  readonly drift: Float64Array;
  /** tanks × (actuators + 1), m/h: share of each running actuator, then the constant. */
  readonly bias: Float64Array;
  readonly memory: SensitivityMemory;
  readonly fitter: StateFitter;
}

/** Drift of a level per hour of open loop before anything is learned, metres. */
const UNTRAINED_DRIFT = 0.05;

/** Opens the network of a site. Throws `NO_WATER_MODEL` when the site has none. */
export async function openNetwork(site: Site): Promise<WaterNetwork> {
  const behaviour = site.behaviour;
  if (behaviour.kind !== "epanet") throw new TwinwardError("NO_WATER_MODEL", `site ${site.id} has no EPANET model`);
  const file = site.files.find((each) => each.path === behaviour.model);
  if (file === undefined) throw new TwinwardError("NO_WATER_MODEL", `site ${site.id} lacks ${behaviour.model}`);
  const switched = new Set(behaviour.controls.map((control) => control.actuator));
  for (const signal of site.signals) if (signal.kind === "status") switched.add(signal.element);
  return WaterNetwork.open(file.bytes, switched);
}

/** Puts parameters and network together. Throws `WATER_PARAMETERS` when they belong to another site. */
export function assembleModel(site: Site, network: WaterNetwork, learned?: WaterParameters): WaterModel {
  const parameters = learned ?? untrainedParameters(site, network.districts);
  checkSame(
    parameters.signals,
    site.signals.map((signal) => signal.id),
    "signals",
  );
  checkSame(
    parameters.districts,
    network.districts.map((district) => district.id),
    "districts",
  );
  const instrumentation = instrument(site, network);
  const { meters, levels } = instrumentation;
  const speeds = Float64Array.from(network.actuators, (actuator) => parameters.speeds[actuator.id] ?? 1);
  const reference = Float64Array.from(parameters.profile, (week) => week.reduce((a, b) => a + b, 0) / week.length);
  const memory = new SensitivityMemory(network, meters, speeds, reference);
  return {
    ...instrumentation,
    network,
    parameters,
    controls: compileControls(parameters.controls, network),
    speeds,
    offset: Float64Array.from(meters, (meter) => parameters.offset[meter.signal]! / meter.factor),
    gain: Float64Array.from(meters, (meter) => parameters.gain[meter.signal]!),
    sigma: Float64Array.from(meters, (meter) => parameters.sigma[meter.signal]! / meter.factor),
    levelSigma: Float64Array.from(levels, (level) => parameters.sigma[level.signal]! / level.factor),
    levelGrain: Float64Array.from(levels, (l) => (0.51 * site.signals[l.signal]!.resolution) / l.factor + 1e-5),
    drift: Float64Array.from(network.tanks, (tank) => parameters.levelDrift[tank.id] ?? UNTRAINED_DRIFT),
    bias: biasOf(network, parameters),
    memory,
    fitter: new StateFitter(network, meters, memory),
  };
}

function biasOf(network: WaterNetwork, parameters: WaterParameters): Float64Array {
  const rows = network.tanks.map((tank) => {
    const bias = parameters.levelBias[tank.id];
    return [...network.actuators.map((actuator) => bias?.running[actuator.id] ?? 0), bias?.constant ?? 0];
  });
  return Float64Array.from(rows.flat());
}

function checkSame(learned: readonly string[], present: readonly string[], what: string): void {
  if (learned.length === present.length && learned.every((id, place) => id === present[place])) return;
  throw new TwinwardError("WATER_PARAMETERS", `the water parameters were learned for other ${what}`, {
    remedy: "train again on this site",
  });
}
