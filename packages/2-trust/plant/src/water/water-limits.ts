/**
 * How far a water signal may go, jump and stand still, from the network itself.
 *
 * The limits are physical (the tank's rim, the pump at no head, water at 4 m/s), widened by twice the accuracy so that
 * honest noise at a limit is no alarm. Recorded clean data is not used to make them, only to check them.
 */
import { highestHeads } from "../network/highest-head.ts";
import type { Network, Pipe, Pump, Tank, Valve } from "../network/network.ts";
import { pumpBounds } from "../network/pump-curve.ts";
import type { WaterSignal } from "./water-signal.ts";

export interface WaterLimits {
  readonly minimum: number;
  readonly maximum: number;
  readonly resolution: number;
  readonly accuracy: number;
  /** Unit per second. */
  readonly rateMax?: number;
  /** Seconds. */
  readonly flatlineMax?: number;
  readonly rules: readonly string[];
}

/** Stated accuracy of field instruments, as a share of their range. */
const ACCURACY_OF_RANGE = 0.005;
/** Values are kept with two decimals. */
const RESOLUTION = 0.01;
/** Above any design velocity in a distribution network, metres per second. */
const VELOCITY_MAX = 4;
/** A tank that a controller fills and empties never stands still for so long; one that floats may stay full. */
const FLATLINE_SAMPLES = { driven: 6, floating: 72, pressure: 12 };
/** Where nothing bounds the head. Metres. */
const HEAD_UNKNOWN = 200;

export type LimitsOf = (signal: WaterSignal) => WaterLimits;

/** @param samplePeriod seconds; a value stands still for so many samples, not for so many seconds */
export function waterLimits(network: Network, sensors: ReadonlySet<string>, samplePeriod: number): LimitsOf {
  const heads = highestHeads(network);
  return (signal) => {
    if (signal.kind === "status") return { minimum: 0, maximum: 1, resolution: 1, accuracy: 0.5, rules: [] };
    if (signal.kind === "level") return levelLimits(network, signal.element, samplePeriod);
    if (signal.kind === "flow") return flowLimits(network, signal.element, sensors);
    return pressureLimits(network, signal.element, heads, samplePeriod);
  };
}

function levelLimits(network: Network, id: string, samplePeriod: number): WaterLimits {
  const tank = network.tanks.find((one) => one.id === id) as Tank;
  const driven = network.controls.some((rule) => rule.tank === id);
  const through = network.pipes
    .filter((pipe) => pipe.from === id || pipe.to === id)
    .reduce((sum, pipe) => sum + area(pipe.diameter) * VELOCITY_MAX, 0);
  return {
    ...range(tank.minimumLevel, tank.maximumLevel),
    ...(through > 0 ? { rateMax: significant(through / area(tank.diameter)) } : {}),
    flatlineMax: samplePeriod * (driven ? FLATLINE_SAMPLES.driven : FLATLINE_SAMPLES.floating),
    rules: [],
  };
}

/** A pump or a check valve does not run backwards; a pipe may. */
function flowLimits(network: Network, id: string, sensors: ReadonlySet<string>): WaterLimits {
  const pump = network.pumps.find((one) => one.id === id);
  const link = [...network.valves, ...network.pipes].find((one) => one.id === id);
  const flowMax = Math.ceil(pump === undefined ? boreFlow((link as Pipe | Valve).diameter) : pumpFlow(network, pump));
  const pipe = network.pipes.some((one) => one.id === id);
  const limits = range(pipe ? -flowMax : 0, flowMax);
  return { ...limits, rules: pipe ? [] : stoppedRules(id, limits.accuracy, sensors) };
}

/** No flow through what is switched off. Only where the status is measured and CEL can name it. */
function stoppedRules(id: string, accuracy: number, sensors: ReadonlySet<string>): string[] {
  const status = `S_${id}`;
  return sensors.has(status) && /^\w+$/.test(status) ? [`${status} == 1.0 || value <= ${decimals(2 * accuracy)}`] : [];
}

function pumpFlow(network: Network, pump: Pump): number {
  const bounds = pumpBounds(network.curves.get(pump.curve ?? "") ?? []);
  if (bounds !== undefined) return bounds.flowMax;
  const beside = network.pipes.filter((pipe) =>
    [pipe.from, pipe.to].some((end) => end === pump.from || end === pump.to),
  );
  return Math.max(1, ...beside.map((pipe) => boreFlow(pipe.diameter)));
}

function pressureLimits(
  network: Network,
  id: string,
  heads: ReadonlyMap<string, number>,
  samplePeriod: number,
): WaterLimits {
  const elevation = [...network.junctions, ...network.tanks].find((node) => node.id === id)?.elevation ?? 0;
  const top = Math.max(1, Math.ceil((heads.get(id) ?? elevation + HEAD_UNKNOWN) - elevation));
  return {
    ...range(0, top),
    ...(heldByReservoir(network, id) ? {} : { flatlineMax: samplePeriod * FLATLINE_SAMPLES.pressure }),
    rules: [],
  };
}

/** A pressure one pipe away from a reservoir hardly moves, and standing still says nothing. */
function heldByReservoir(network: Network, id: string): boolean {
  const reservoirs = new Set(network.reservoirs.map((reservoir) => reservoir.id));
  return network.pipes.some(
    (pipe) => (pipe.from === id && reservoirs.has(pipe.to)) || (pipe.to === id && reservoirs.has(pipe.from)),
  );
}

function range(low: number, high: number) {
  const accuracy = decimals(Math.ceil((high - low) * ACCURACY_OF_RANGE * 100) / 100);
  return {
    minimum: decimals(low - 2 * accuracy),
    maximum: decimals(high + 2 * accuracy),
    resolution: RESOLUTION,
    accuracy,
  };
}

function area(diameter: number): number {
  return (Math.PI / 4) * diameter ** 2;
}

/** Litres per second through a bore of so many metres. */
function boreFlow(diameter: number): number {
  return area(diameter) * VELOCITY_MAX * 1000;
}

function decimals(value: number): number {
  return Math.round(value * 100) / 100;
}

function significant(value: number): number {
  return Number(value.toPrecision(2));
}
