/**
 * What each voice says about each signal, in the signal's own units.
 *
 * Leave-one-out needs no second fit: for a linear fit the residual without a measurement is r / (1 − h), where h is
 * the measurement's leverage, and its variance follows from the same figure.
 * Source: Belsley, Kuh and Welsch, "Regression Diagnostics" (1980), 2.1.
 */
import type { Expected } from "./expectation.ts";
import type { Forecast } from "./forecast.ts";
import { quadratic } from "./linear.ts";
import type { RowFit } from "./row-fit.ts";
import type { WaterModel } from "./water-model.ts";

export interface Voices {
  readonly hydraulics: Expected;
  readonly withoutSelf: Expected;
  readonly forecast: Expected;
  readonly estimate: Expected;
}

/** Leverage above this says the measurement alone decides about itself: the others say nothing. */
const LEVERAGE_MAX = 0.9999;
/** Standard deviation of a state that is known, and of one that may be either. */
const STATUS_SURE = 0.05;
const STATUS_OPEN = 0.5;

interface Said {
  readonly expected: number;
  readonly sigma: number;
}

const NOTHING: Said = { expected: Number.NaN, sigma: Number.NaN };

export function voicesOf(model: WaterModel, forecast: Forecast, row: RowFit, values: Float64Array): Voices {
  const count = model.signals.length;
  const voices = {
    hydraulics: silent(count),
    withoutSelf: silent(count),
    forecast: silent(count),
    estimate: silent(count),
  };
  speakMeters(model, forecast, row, voices);
  speakLevels(model, forecast, row, voices);
  speakStatuses(model, forecast, row, values, voices);
  return voices;
}

function silent(count: number): Expected {
  return { expected: new Float64Array(count).fill(Number.NaN), sigma: new Float64Array(count).fill(Number.NaN) };
}

function say(voice: Expected, signal: number, said: Said, factor: number): void {
  voice.expected[signal] = said.expected * factor;
  voice.sigma[signal] = said.sigma * Math.abs(factor);
}

function speakMeters(model: WaterModel, forecast: Forecast, row: RowFit, voices: Voices): void {
  const { fit, problem } = row;
  model.meters.forEach((meter, place) => {
    const sigma = problem.sigma[place]!;
    const expected = fit.answers[place]!;
    const spread = Math.max(0, quadratic(fit.covariance, fit.sensitivity, place * fit.width, fit.width));
    const measured = problem.measured[place]!;
    const used = !Number.isNaN(measured);
    const leverage = used ? Math.min(1, (spread * fit.weights[place]!) / sigma ** 2) : 0;
    const fitted = used
      ? Math.sqrt(Math.max(sigma ** 2 * 0.01, sigma ** 2 - leverage * sigma ** 2))
      : Math.hypot(sigma, Math.sqrt(spread));
    const alone = leverage > LEVERAGE_MAX ? NOTHING : leftOut(expected, measured, leverage, spread, sigma, used);
    say(voices.hydraulics, meter.signal, { expected, sigma: fitted }, meter.factor);
    say(voices.withoutSelf, meter.signal, alone, meter.factor);
    const foreseen = { expected: forecast.answers[place]!, sigma: forecast.sigmas[place]! };
    say(voices.forecast, meter.signal, foreseen, meter.factor);
    // The fit's prior already holds what the forecast knows about flows.
    say(voices.estimate, meter.signal, Number.isNaN(alone.expected) ? foreseen : alone, meter.factor);
  });
}

function leftOut(
  expected: number,
  measured: number,
  leverage: number,
  spread: number,
  sigma: number,
  used: boolean,
): Said {
  if (!used) return { expected, sigma: Math.hypot(sigma, Math.sqrt(spread)) };
  const without = measured - (measured - expected) / (1 - leverage);
  return { expected: without, sigma: Math.sqrt(sigma ** 2 + spread / (1 - leverage)) };
}

function speakLevels(model: WaterModel, forecast: Forecast, row: RowFit, voices: Voices): void {
  const districts = model.network.districts.length;
  const { fit, problem } = row;
  model.levels.forEach(({ signal, tank, factor }, place) => {
    const at = districts + tank;
    const sigma = model.levelSigma[place]!;
    const expected = fit.state[at]!;
    const variance = fit.covariance[at * fit.width + at]!;
    const { minLevel, maxLevel } = model.network.tanks[tank]!;
    const range = maxLevel - minLevel;
    // On its limit a level cannot answer, so that leaving its measurement out says nothing.
    const atLimit = row.pins[tank] !== 0 || expected <= minLevel || expected >= maxLevel;
    const own = row.openLoop[tank] ? -1 : problem.levels.findIndex((level) => level.tank === tank);
    const weight = own < 0 ? 0 : fit.levelWeights[own]!;
    const others =
      own < 0 ? { mean: expected, variance } : withoutLevel(expected, variance, problem.levels[own]!, weight);
    const known = others.variance < (range / 2) ** 2 && (own < 0 || !atLimit);
    const alone = known ? { expected: others.mean, sigma: Math.hypot(sigma, Math.sqrt(others.variance)) } : NOTHING;
    const fitted = own < 0 ? Math.hypot(sigma, Math.sqrt(variance)) : leftIn(atLimit ? 0 : variance, sigma);
    const ahead = forecast.covariance[at * forecast.mean.length + at]!;
    const foreseen = forecast.warm
      ? { expected: forecast.mean[at]!, sigma: Math.hypot(sigma, Math.sqrt(ahead)) }
      : NOTHING;
    say(voices.hydraulics, signal, { expected, sigma: fitted }, factor);
    say(voices.withoutSelf, signal, alone, factor);
    say(voices.forecast, signal, foreseen, factor);
    const blind = known ? alone : { expected, sigma: Math.hypot(sigma, range / 2) };
    say(voices.estimate, signal, own < 0 ? blind : together(alone, foreseen), factor);
  });
}

/** Standard deviation of a residual that the measurement itself has pulled towards zero. */
function leftIn(variance: number, sigma: number): number {
  return Math.sqrt(Math.max(0.01 * sigma ** 2, sigma ** 2 - variance));
}

/** Takes one measurement of a level back out of the posterior. */
function withoutLevel(
  mean: number,
  variance: number,
  level: { readonly value: number; readonly sigma: number },
  weight: number,
): { mean: number; variance: number } {
  const own = weight / level.sigma ** 2;
  const rest = 1 / variance - own;
  if (rest <= 1e-6 * own) return { mean, variance: Number.POSITIVE_INFINITY };
  return { mean: (mean / variance - own * level.value) / rest, variance: 1 / rest };
}

/** Inverse-variance mean; when the two disagree the doubt grows with the disagreement (Birge ratio). */
function together(a: Said, b: Said): Said {
  if (Number.isNaN(a.expected)) return b;
  if (Number.isNaN(b.expected)) return a;
  const weightA = 1 / a.sigma ** 2;
  const weightB = 1 / b.sigma ** 2;
  const expected = (a.expected * weightA + b.expected * weightB) / (weightA + weightB);
  const ratio = Math.abs(a.expected - b.expected) / Math.hypot(a.sigma, b.sigma);
  return { expected, sigma: Math.max(1, ratio) / Math.sqrt(weightA + weightB) };
}

function speakStatuses(model: WaterModel, forecast: Forecast, row: RowFit, values: Float64Array, voices: Voices): void {
  model.statuses.forEach((signal, actuator) => {
    if (signal < 0) return;
    const said = forecast.statuses[actuator]!;
    const foreseen = forecast.warm ? { expected: said, sigma: said === 0.5 ? STATUS_OPEN : STATUS_SURE } : NOTHING;
    const by = row.flowSays[actuator];
    const flow = by === undefined ? NOTHING : { expected: by.state, sigma: STATUS_SURE };
    const used = row.statuses[actuator]!;
    const measured = Number.isNaN(values[signal]!) || !row.statusReported[actuator];
    say(voices.hydraulics, signal, { expected: used, sigma: measured ? STATUS_OPEN : STATUS_SURE }, 1);
    say(voices.withoutSelf, signal, flow, 1);
    say(voices.forecast, signal, foreseen, 1);
    say(voices.estimate, signal, by === undefined ? foreseen : flow, 1);
  });
}
