/**
 * One row prepared for the fit: which actuators run, which levels are believed, which tanks are full.
 *
 * A full tank lets nothing in, and a level measured at its limit does not say whether it is full or nearly so; the
 * difference is a pump's whole flow. Where both readings are possible and the first explains the row badly, the other
 * is tried and the better one kept.
 */
import { assert } from "@twinward/kernel";
import { type Forecast, pinsOf } from "./forecast.ts";
import { inverseOf } from "./linear.ts";
import type { Pin } from "./sensitivity.ts";
import type { Fit, FitProblem } from "./state-fit.ts";
import type { WaterModel } from "./water-model.ts";

export interface RowFit {
  readonly fit: Fit;
  readonly problem: FitProblem;
  readonly pins: readonly Pin[];
  /** States used in the fit, per actuator. */
  readonly statuses: Float64Array;
  /** Whether the state used is the reported one. */
  readonly statusReported: readonly boolean[];
  /** What its own trusted flow says about each actuator; undefined when there is none to ask. */
  readonly flowSays: readonly (FlowSays | undefined)[];
  /** Tanks without a trusted level. */
  readonly openLoop: readonly boolean[];
  readonly norm: number;
  readonly freedom: number;
  readonly trusted: Uint8Array;
}

export interface FlowSays {
  readonly state: 0 | 1;
  readonly deviation: number;
}

/** Values this large (or missing, or infinite) are never believed, in any unit. */
const BEYOND_SENSE = 1e7;
/** Prior variance of a level that is measured: none to speak of, m². */
const DIFFUSE = 1e4;
/** The fit is bad when chi-square exceeds its mean by this many of its standard deviations. */
const BAD_FIT = 3;
/** What the less likely reading of a tank must gain in chi-square to be taken. */
const OTHER_PIN_GAIN = 10;
/** The reading not taken is at least this likely. */
const OTHER_PIN_SHARE_MIN = 0.05;
/** A demand is far from its prior beyond this many standard deviations. */
const DEMAND_STRAY = 1.5;
/** Levels this many standard deviations from a limit may be on it. */
const LIMIT_DOUBT = 4;
/** Share of its flow by which a machine that has just been switched may be off. */
const SETTLING_SHARE = 0.01;
/** Pressures while a machine settles, metres. */
const SETTLING_HEAD = 0.02;
/** Flows below this share of 1 l/s are none. */
const FLOW_NONE = 0.05;

export function fitRow(
  model: WaterModel,
  forecast: Forecast,
  values: Float64Array,
  trusted: Uint8Array,
  freeSpeeds: readonly number[],
): RowFit {
  const believed = (signal: number) => signal >= 0 && trusted[signal] === 1 && Math.abs(values[signal]!) < BEYOND_SENSE;
  const flowSays = model.network.actuators.map((_, actuator) => flowSaysOf(model, actuator, values, believed));
  const statusReported = model.statuses.map((signal) => believed(signal));
  const statuses = Float64Array.from(model.statuses, (signal, actuator) => {
    if (statusReported[actuator]) return values[signal]! >= 0.5 ? 1 : 0;
    return flowSays[actuator]?.state ?? (forecast.statuses[actuator]! >= 0.5 ? 1 : 0);
  });
  const levels = model.levels.flatMap((level, place) => {
    if (!believed(level.signal)) return [];
    return [{ tank: level.tank, value: values[level.signal]! / level.factor, sigma: model.levelSigma[place]! }];
  });
  const measured = Float64Array.from(model.meters, (meter) =>
    believed(meter.signal) ? values[meter.signal]! / meter.factor : Number.NaN,
  );
  const openLoop = model.network.tanks.map((_, tank) => !levels.some((level) => level.tank === tank));
  const start = startOf(model, forecast, levels, openLoop);
  const pins = pinsOf(
    model,
    start.levels.map((level, tank) => snapped(model, tank, level, openLoop[tank]!)),
  );
  const freedom = measured.reduce((n, value) => n + (Number.isNaN(value) ? 0 : 1), 0) + levels.length;
  const basis = {
    statuses,
    speeds: model.speeds,
    freeSpeeds,
    ...priorOf(model, forecast, start.mean, openLoop),
    ...beginning(forecast, statuses, pins, start.mean, model),
    measured,
    sigma: settlingSigma(model, forecast, statuses, measured),
    offset: model.offset,
    gain: model.gain,
    levels,
  };
  const degrees = Math.max(1, freedom - model.network.tanks.length + openLoop.filter((open) => open).length);
  const best = bestPins(model, basis, pins, start.levels, openLoop, degrees);
  const norm = normOf(measured, best.fit.answers);
  return { ...best, statuses, statusReported, flowSays, openLoop, norm, freedom: degrees, trusted };
}

/**
 * A machine that has just been switched is still settling: its own flow is known less well, and so are pressures.
 * (In recorded simulations it is the solver that has not settled; the size is the same.)
 */
function settlingSigma(
  model: WaterModel,
  forecast: Forecast,
  statuses: Float64Array,
  measured: Float64Array,
): Float64Array {
  const settling = statuses.map((status, place) => (forecast.warm && forecast.before[place] !== status ? 1 : 0));
  if (!settling.includes(1)) return model.sigma;
  return model.sigma.map((sigma, place) => {
    const { actuator, reading } = model.meters[place]!;
    if (reading.what === "pressure") return Math.hypot(sigma, SETTLING_HEAD);
    return settling[actuator] === 1 ? Math.hypot(sigma, SETTLING_SHARE * (measured[place]! || 0)) : sigma;
  });
}

/** When the forecast foresaw which actuators run and which tanks are full, its answers are where the fit begins. */
function beginning(
  forecast: Forecast,
  statuses: Float64Array,
  pins: readonly Pin[],
  measured: Float64Array,
  model: WaterModel,
): Pick<FitProblem, "start" | "startAnswers"> {
  const foreseen = forecast.warm && statuses.every((status, place) => status === forecast.assumed[place]);
  const levels = forecast.mean.slice(model.network.districts.length);
  const samePins = pinsOf(model, levels).every((pin, place) => pin === pins[place]);
  if (!foreseen || !samePins) return { start: measured, startAnswers: undefined };
  return { start: forecast.mean, startAnswers: forecast.answers };
}

function flowSaysOf(
  model: WaterModel,
  actuator: number,
  values: Float64Array,
  believed: (signal: number) => boolean,
): FlowSays | undefined {
  const place = model.meters.findIndex((meter) => meter.actuator === actuator);
  const meter = model.meters[place];
  if (meter === undefined || !believed(meter.signal)) return undefined;
  const flow = Math.abs(values[meter.signal]! / meter.factor);
  const sigma = Math.max(model.sigma[place]!, FLOW_NONE / 3);
  return flow > 3 * sigma ? { state: 1, deviation: flow / sigma } : { state: 0, deviation: 1 };
}

function startOf(
  model: WaterModel,
  forecast: Forecast,
  levels: FitProblem["levels"],
  openLoop: readonly boolean[],
): { mean: Float64Array; levels: Float64Array } {
  const districts = model.network.districts.length;
  const mean = forecast.mean.slice();
  openLoop.forEach((open, tank) => {
    if (open) return;
    const own = levels.filter((level) => level.tank === tank);
    const { minLevel, maxLevel } = model.network.tanks[tank]!;
    const level = own.reduce((sum, each) => sum + each.value, 0) / own.length;
    mean[districts + tank] = Math.min(maxLevel, Math.max(minLevel, level));
  });
  return { mean, levels: mean.slice(districts) };
}

/** A level measured within half a step of its limit is taken to be on it. */
function snapped(model: WaterModel, tank: number, level: number, open: boolean): number {
  if (open) return level;
  const { minLevel, maxLevel } = model.network.tanks[tank]!;
  const place = model.levels.findIndex((each) => each.tank === tank);
  const grain = model.levelGrain[place]!;
  if (level >= maxLevel - grain) return maxLevel;
  return level <= minLevel + grain ? minLevel : level;
}

/** The prior without the forecast of levels that are measured: what is measured is not also guessed. */
function priorOf(model: WaterModel, forecast: Forecast, mean: Float64Array, openLoop: readonly boolean[]) {
  const districts = model.network.districts.length;
  const width = mean.length;
  const covariance = forecast.covariance.slice();
  openLoop.forEach((open, tank) => {
    if (open) return;
    const at = districts + tank;
    for (let i = 0; i < width; i += 1) {
      covariance[at * width + i] = 0;
      covariance[i * width + at] = 0;
    }
    covariance[at * width + at] = DIFFUSE;
  });
  const demandSigmas = Float64Array.from({ length: districts }, (_, i) => Math.sqrt(covariance[i * (width + 1)]!));
  return { mean, information: inverseOf(covariance, width), demandSigmas };
}

type Basis = Omit<FitProblem, "pins"> & { readonly demandSigmas: Float64Array };

function bestPins(
  model: WaterModel,
  basis: Basis,
  pins: readonly Pin[],
  levels: Float64Array,
  openLoop: readonly boolean[],
  degrees: number,
): { fit: Fit; problem: FitProblem; pins: readonly Pin[] } {
  const tried = (candidate: readonly Pin[]) => {
    const startAnswers = candidate === pins ? basis.startAnswers : undefined;
    const problem = { ...basis, startAnswers, pins: candidate };
    return { fit: model.fitter.fit(problem), problem, pins: candidate };
  };
  let best = tried(pins);
  const enough = degrees + BAD_FIT * Math.sqrt(2 * degrees);
  for (const { tank, pin } of doubtfulPins(model, pins, levels, openLoop)) {
    if (best.fit.chiSquare <= enough && !strays(model, best.fit, basis)) break;
    const other = tried(best.pins.map((each, place) => (place === tank ? pin : each)));
    const taken = other.fit.chiSquare < best.fit.chiSquare - OTHER_PIN_GAIN;
    doubt(taken ? other.fit : best.fit, taken ? best.fit : other.fit);
    if (taken) best = other;
  }
  assert(best.fit.state.length >= levels.length, "the fit covers all tanks");
  return best;
}

/** The reading not taken stays possible: the state's covariance reaches as far as it. */
function doubt(taken: Fit, left: Fit): void {
  const odds = Math.exp(Math.min(0, (taken.chiSquare - left.chiSquare) / 2));
  const share = Math.max(OTHER_PIN_SHARE_MIN, odds / (1 + odds));
  const { width, covariance } = taken;
  for (let i = 0; i < width; i += 1) {
    for (let j = 0; j < width; j += 1) {
      const apart = (taken.state[i]! - left.state[i]!) * (taken.state[j]! - left.state[j]!);
      covariance[i * width + j]! += share * apart;
    }
  }
}

/** Demands far from what was expected: a tank taken for full hides its inflow in the demand around it. */
function strays(model: WaterModel, fit: Fit, basis: Basis): boolean {
  return model.network.districts.some((_, i) => {
    const sigma = basis.demandSigmas[i]!;
    return Math.abs(fit.state[i]! - basis.mean[i]!) > DEMAND_STRAY * sigma;
  });
}

/** The other reading of every tank that may be on its limit or just off it. */
function doubtfulPins(
  model: WaterModel,
  pins: readonly Pin[],
  levels: Float64Array,
  openLoop: readonly boolean[],
): { tank: number; pin: Pin }[] {
  return model.network.tanks.flatMap(({ minLevel, maxLevel }, tank): { tank: number; pin: Pin }[] => {
    if (pins[tank] !== 0) return [{ tank, pin: 0 }];
    const place = model.levels.findIndex((each) => each.tank === tank);
    const doubt =
      openLoop[tank] || place < 0 ? 0.05 : LIMIT_DOUBT * model.levelSigma[place]! + model.levelGrain[place]!;
    if (levels[tank]! >= maxLevel - doubt) return [{ tank, pin: 1 }];
    return levels[tank]! <= minLevel + doubt ? [{ tank, pin: -1 }] : [];
  });
}

function normOf(measured: Float64Array, answers: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < measured.length; i += 1) {
    if (!Number.isNaN(measured[i]!)) sum += (measured[i]! - answers[i]!) ** 2;
  }
  return Math.sqrt(sum);
}
