/**
 * From the last row to this one without looking: levels, states and flows that the twin expects, with uncertainty.
 *
 * The state's covariance is carried along (extended Kalman filter: levels answer to demands and to each other), and
 * grows by what the parameters say about the plant and by the doubt about when the controller acted.
 */

import { runForward, wantedBy } from "./forward-run.ts";
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
  /** Corrected flows and pressures per meter and their standard deviations, model units; NaN when not warm. */
  readonly answers: Float64Array;
  readonly sigmas: Float64Array;
}

/** A gap longer than this is not bridged. */
const BRIDGED_MS_MAX = 48 * 3_600_000;
const HOUR_MS = 3_600_000;
/** Doublings of the short transition: the sample period is cut into 2^this parts. */
const TRANSITION_DOUBLINGS = 4;

export function forecastTo(model: WaterModel, from: TwinState, timeMs: number): Forecast {
  const gap = timeMs - from.timeMs;
  if (!(gap > 0 && gap <= BRIDGED_MS_MAX)) return coldForecast(model, timeMs);
  let at = from.timeMs;
  let leg: Leg = { mean: from.mean, covariance: from.covariance, statuses: from.statuses, doubtful: new Set() };
  const held = heldActuators(from);
  while (at < timeMs) {
    const until = Math.min(timeMs, at + Math.max(HOUR_MS, model.parameters.samplePeriodMs));
    leg = oneLeg(model, leg, at, until, held);
    at = until;
  }
  return { warm: true, ...leg, statuses: doubted(model, leg), ...answersOf(model, leg) };
}

interface Leg {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  readonly statuses: Float64Array;
  readonly doubtful: ReadonlySet<number>;
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
  return { warm: false, mean, covariance, statuses, answers: nothing, sigmas: nothing };
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
    statuses: leg.statuses,
    speeds: model.speeds,
    demandsFrom,
    demandsTo,
    held,
  };
  const periodMs = toMs - fromMs;
  const timing = { periodMs, stepMs: Math.min(parameters.stepMs, periodMs) };
  const early = runForward(network, controls, start, { ...timing, delayMs: 0 });
  const late = early.switched ? runForward(network, controls, start, { ...timing, delayMs: parameters.scanMs }) : early;
  const mean = new Float64Array(leg.mean.length);
  mean.set(prior.mean);
  const covariance = propagated(model, leg, prior, periodMs);
  const width = mean.length;
  network.tanks.forEach((_, place) => {
    const at = districts + place;
    mean[at] = (early.levels[place]! + late.levels[place]!) / 2;
    // The scan may fall anywhere between: a uniform doubt.
    covariance[at * width + at]! += (early.levels[place]! - late.levels[place]!) ** 2 / 12;
  });
  const doubtful = new Set([...early.statuses.keys()].filter((i) => early.statuses[i] !== late.statuses[i]));
  return { mean, covariance, statuses: early.statuses, doubtful };
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

/** A level so close to a threshold that the switch may or may not have happened leaves the state open. */
function doubted(model: WaterModel, leg: Leg): Float64Array {
  const districts = model.network.districts.length;
  const width = leg.mean.length;
  const out = leg.statuses.map((status, place) => (leg.doubtful.has(place) ? 0.5 : status));
  for (const control of model.controls) {
    const at = districts + control.tank;
    const doubt = 2 * Math.sqrt(leg.covariance[at * width + at]!);
    const asked = [leg.mean[at]! - doubt, leg.mean[at]! + doubt].map((level) => wantedBy(control, level));
    const status = leg.statuses[control.actuator]!;
    if (asked.some((wanted) => wanted !== undefined && wanted !== status)) out[control.actuator] = 0.5;
  }
  return out;
}

function answersOf(model: WaterModel, leg: Leg): { answers: Float64Array; sigmas: Float64Array } {
  const { network, meters } = model;
  const districts = network.districts.length;
  const width = leg.mean.length;
  const levels = leg.mean.slice(districts);
  const state = { levels, statuses: leg.statuses, speeds: model.speeds, demands: leg.mean.slice(0, districts) };
  const raw = new Float64Array(meters.length);
  network.solve(
    state,
    meters.map((meter) => meter.reading),
    raw,
    new Float64Array(network.tanks.length),
  );
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
    sigmas[place] = Math.sqrt(Math.max(0, variance) * gain ** 2 + model.sigma[place]! ** 2);
  });
  return { answers, sigmas };
}
