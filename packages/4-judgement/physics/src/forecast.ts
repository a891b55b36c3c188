/**
 * From the last row to this one without looking: levels, states and flows that the twin expects, with uncertainty.
 *
 * The state's covariance is carried along (extended Kalman filter: levels answer to demands and to each other), and
 * grows by what the parameters say about the plant and by the doubt about when the controller acted.
 */

import { runForward, type Switch } from "./forward-run.ts";
import { sandwich } from "./linear.ts";
import { profileAt } from "./parameters.ts";
import type { Pin } from "./sensitivity.ts";
import type { TwinState } from "./twin-state.ts";
import type { WaterModel } from "./water-model.ts";

export interface Forecast {
  /** False when there was nothing to start from; then the rest is the profile and the limits of the tanks. */
  readonly warm: boolean;
  /** Demands then levels. */
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  /** 0, 1, or 0.5 when it depends on the moment of the controller's scan. */
  readonly statuses: Float64Array;
  /** States at the last row, NaN when there was none. */
  readonly before: Float64Array;
  /** The states that `answers` were solved with: 0 or 1. */
  readonly assumed: Float64Array;
  /** Corrected flows and pressures per meter and their standard deviations, model units; NaN when not warm. */
  readonly answers: Float64Array;
  readonly sigmas: Float64Array;
}

/** A level that is hardly known must not turn every switch around, metres. */
const LEVEL_DOUBT_MAX = 0.25;
/** A gap longer than this is not bridged. */
const BRIDGED_MS_MAX = 48 * 3_600_000;
const HOUR_MS = 3_600_000;
/** Doublings of the short transition: the sample period is cut into 2^this parts. */
const TRANSITION_DOUBLINGS = 4;

export function forecastTo(model: WaterModel, from: TwinState, timeMs: number): Forecast {
  const gap = timeMs - from.timeMs;
  if (!(gap > 0 && gap <= BRIDGED_MS_MAX)) return coldForecast(model, timeMs);
  let at = from.timeMs;
  let leg: Leg = {
    mean: from.mean,
    covariance: from.covariance,
    statuses: from.statuses,
    lateStatuses: from.statuses,
    doubtful: new Set(),
  };
  const held = heldActuators(from);
  while (at < timeMs) {
    const until = Math.min(timeMs, at + Math.max(HOUR_MS, model.parameters.samplePeriodMs));
    leg = oneLeg(model, leg, at, until, held);
    at = until;
  }
  return {
    warm: true,
    ...leg,
    before: from.statuses,
    assumed: leg.statuses,
    statuses: doubted(leg),
    ...answersOf(model, leg),
  };
}

interface Leg {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  readonly statuses: Float64Array;
  readonly doubtful: ReadonlySet<number>;
  /** States if the controller scans late. */
  readonly lateStatuses: Float64Array;
}

function coldForecast(model: WaterModel, timeMs: number): Forecast {
  const { network, parameters, meters } = model;
  const districts = network.districts.length;
  const width = districts + network.tanks.length;
  const mean = new Float64Array(width);
  const covariance = new Float64Array(width * width);
  for (let i = 0; i < districts; i += 1) {
    mean[i] = profileAt(parameters, i, timeMs);
    covariance[i * width + i] = parameters.profileSigma[i]! ** 2;
  }
  network.tanks.forEach((tank, place) => {
    const at = districts + place;
    mean[at] = (tank.minLevel + tank.maxLevel) / 2;
    covariance[at * width + at] = ((tank.maxLevel - tank.minLevel) / 3) ** 2;
  });
  const nothing = new Float64Array(meters.length).fill(Number.NaN);
  const statuses = Float64Array.from(network.actuators, (actuator) => actuator.initial);
  return {
    warm: false,
    mean,
    covariance,
    statuses,
    assumed: statuses,
    before: statuses.map(() => Number.NaN),
    answers: nothing,
    sigmas: nothing,
  };
}

/** An actuator that disobeyed at the last row is expected to go on as it is. */
function heldActuators(state: TwinState): ReadonlySet<number> {
  return new Set([...state.disobeying.keys()].filter((place) => state.disobeying[place] === 1));
}

function oneLeg(model: WaterModel, leg: Leg, fromMs: number, toMs: number, held: ReadonlySet<number>): Leg {
  const { network, parameters, controls } = model;
  const districts = network.districts.length;
  const demandsFrom = leg.mean.slice(0, districts);
  const prior = demandPrior(model, demandsFrom, fromMs, toMs);
  const demandsTo = demandsFrom.map((d, i) => d + 2 * parameters.demandBlend * (prior.mean[i]! - d));
  const start = {
    levels: leg.mean.slice(districts),
    doubts: levelDoubts(model, leg, toMs - fromMs),
    statuses: leg.statuses,
    speeds: model.speeds,
    demandsFrom,
    demandsTo,
    held,
  };
  const periodMs = toMs - fromMs;
  const timing = { periodMs, stepMs: Math.min(parameters.stepMs, periodMs), scanMs: parameters.scanMs };
  const end = runForward(network, controls, start, timing);
  const mean = new Float64Array(leg.mean.length);
  mean.set(prior.mean);
  mean.set(end.levels, districts);
  const covariance = propagated(model, leg, prior, periodMs);
  addBias(model, leg.statuses, end.statuses, periodMs, mean);
  for (const each of end.switches) delay(model, each, mean, covariance);
  const open = new Set(end.switches.filter((each) => each.open).map((each) => each.actuator));
  const lateStatuses = end.statuses.map((status, place) => (open.has(place) ? 1 - status : status));
  return { mean, covariance, statuses: end.statuses, doubtful: open, lateStatuses };
}

/** Learned error of the run, for the states on average between start and end. A full tank stays full. */
function addBias(model: WaterModel, from: Float64Array, to: Float64Array, periodMs: number, mean: Float64Array): void {
  const { network, bias } = model;
  const districts = network.districts.length;
  const width = network.actuators.length + 1;
  network.tanks.forEach((tank, place) => {
    let rate = bias[place * width + width - 1]!;
    for (let a = 0; a < width - 1; a += 1) rate += bias[place * width + a]! * ((from[a]! + to[a]!) / 2);
    const level = mean[districts + place]!;
    if (rate === 0 || level >= tank.maxLevel || level <= tank.minLevel) return;
    mean[districts + place] = Math.min(tank.maxLevel, Math.max(tank.minLevel, level + rate * (periodMs / HOUR_MS)));
  });
}

/** A switch may have come anywhere within its span: half of it on average, a uniform doubt around that. */
function delay(model: WaterModel, each: Switch, mean: Float64Array, covariance: Float64Array): void {
  const { network } = model;
  const districts = network.districts.length;
  network.tanks.forEach((tank, place) => {
    const at = districts + place;
    const most = -each.rateChange[place]! * each.lateSecondsMax;
    mean[at] = Math.min(tank.maxLevel, Math.max(tank.minLevel, mean[at]! + most / 2));
    covariance[at * (mean.length + 1)]! += most ** 2 / 12;
  });
}

/** Two standard deviations of what is known about each level: a threshold that near may or may not be crossed. */
function levelDoubts(model: WaterModel, leg: Leg, periodMs: number): number[] {
  const districts = model.network.districts.length;
  return model.network.tanks.map((_, tank) => {
    const variance = leg.covariance[(districts + tank) * (leg.mean.length + 1)]!;
    // On the way the drift has grown to half of what it is at the end, on average.
    const drift = (model.drift[tank]! ** 2 * (periodMs / HOUR_MS)) / 4;
    return Math.min(LEVEL_DOUBT_MAX, 2 * Math.sqrt(variance + drift));
  });
}

interface DemandPrior {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly persistence: Float64Array;
}

function demandPrior(model: WaterModel, demands: Float64Array, fromMs: number, toMs: number): DemandPrior {
  const { parameters } = model;
  const periods = (toMs - fromMs) / parameters.samplePeriodMs;
  const persistence = demands.map((_, i) => parameters.persistence[i]! ** periods);
  return {
    persistence,
    mean: demands.map((demand, i) => {
      const deviation = demand - profileAt(parameters, i, fromMs);
      return profileAt(parameters, i, toMs) + persistence[i]! * deviation;
    }),
    variance: demands.map((_, i) => {
      const settled = (1 - persistence[i]! ** 2) * parameters.profileSigma[i]! ** 2;
      return Math.max(parameters.innovationSigma[i]! ** 2 * Math.min(periods, 1), settled);
    }),
  };
}

function propagated(model: WaterModel, leg: Leg, prior: DemandPrior, periodMs: number): Float64Array {
  const { network, drift } = model;
  const districts = network.districts.length;
  const width = leg.mean.length;
  const transition = transitionOf(model, leg, periodMs, prior.persistence);
  const covariance = sandwich(transition, leg.covariance, width);
  for (let i = 0; i < districts; i += 1) covariance[i * width + i]! += prior.variance[i]!;
  network.tanks.forEach((_, place) => {
    const at = districts + place;
    covariance[at * width + at]! += drift[place]! ** 2 * (periodMs / HOUR_MS);
  });
  return covariance;
}

/** How an error of the state at the start shows at the end. */
function transitionOf(model: WaterModel, leg: Leg, periodMs: number, persistence: Float64Array): Float64Array {
  const { network } = model;
  const districts = network.districts.length;
  const width = leg.mean.length;
  const { inflows } = model.memory.at(leg.statuses, pinsOf(model, leg.mean.subarray(districts)));
  const seconds = periodMs / 1000 / 2 ** TRANSITION_DOUBLINGS;
  let transition = new Float64Array(width * width);
  for (let i = 0; i < width; i += 1) transition[i * width + i] = 1;
  network.tanks.forEach((tank, place) => {
    for (let j = 0; j < width; j += 1) {
      transition[(districts + place) * width + j]! += (inflows[place * width + j]! * seconds) / (1000 * tank.area);
    }
  });
  for (let n = 0; n < TRANSITION_DOUBLINGS; n += 1) transition = squared(transition, width);
  for (let i = 0; i < districts; i += 1) transition[i * width + i] = persistence[i]!;
  return transition;
}

function squared(matrix: Float64Array, n: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < n; k += 1) {
      const factor = matrix[i * n + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j += 1) out[i * n + j]! += factor * matrix[k * n + j]!;
    }
  }
  return out;
}

/** Full and empty tanks among estimated levels. */
export function pinsOf(model: WaterModel, levels: Float64Array): Pin[] {
  return model.network.tanks.map((tank, place) => {
    if (levels[place]! >= tank.maxLevel - PIN_MARGIN) return 1;
    return levels[place]! <= tank.minLevel + PIN_MARGIN ? -1 : 0;
  });
}

/** Estimated levels this close to a limit are on it, metres. */
const PIN_MARGIN = 2e-4;

/** What depends on the moment of the scan is left open. */
function doubted(leg: Leg): Float64Array {
  return leg.statuses.map((status, place) => (leg.doubtful.has(place) ? 0.5 : status));
}

function answersOf(model: WaterModel, leg: Leg): { answers: Float64Array; sigmas: Float64Array } {
  const { network, meters } = model;
  const districts = network.districts.length;
  const width = leg.mean.length;
  const levels = leg.mean.slice(districts);
  const state = { levels, statuses: leg.statuses, speeds: model.speeds, demands: leg.mean.slice(0, districts) };
  const raw = new Float64Array(meters.length);
  const rawLate = new Float64Array(meters.length);
  const readings = meters.map((meter) => meter.reading);
  const inflows = new Float64Array(network.tanks.length);
  network.solve(state, readings, raw, inflows);
  if (leg.doubtful.size === 0) rawLate.set(raw);
  else network.solve({ ...state, statuses: leg.lateStatuses }, readings, rawLate, inflows);
  const { meters: rows } = model.memory.at(leg.statuses, pinsOf(model, levels));
  const answers = new Float64Array(meters.length);
  const sigmas = new Float64Array(meters.length);
  meters.forEach((meter, place) => {
    const closed = meter.actuator >= 0 && leg.statuses[meter.actuator] === 0;
    const gain = closed ? 0 : model.gain[place]!;
    answers[place] = closed ? 0 : model.offset[place]! + gain * raw[place]!;
    let variance = 0;
    for (let i = 0; i < width; i += 1) {
      for (let j = 0; j < width; j += 1) {
        variance += rows[place * width + i]! * leg.covariance[i * width + j]! * rows[place * width + j]!;
      }
    }
    const switched = model.gain[place]! * (raw[place]! - rawLate[place]!);
    sigmas[place] = Math.sqrt(Math.max(0, variance) * gain ** 2 + model.sigma[place]! ** 2 + switched ** 2);
  });
  return { answers, sigmas };
}
