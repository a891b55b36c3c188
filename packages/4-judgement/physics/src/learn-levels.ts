/**
 * How well levels are measured and forecast: an instrument's noise shows in two forecasts running, with opposite
 * signs (the level that is too high now was the start that is too high next); what is left is the model's.
 */
import type { Site } from "@twinward/plant";
import { solveSymmetric } from "./linear.ts";
import type { WaterNetwork } from "./network.ts";
import type { WaterParameters } from "./parameters.ts";
import { quantile, tailedSigma } from "./spread.ts";
import type { Pass } from "./training-pass.ts";

const HOUR_MS = 3_600_000;
/** Fewer quiet forecasts than this teach nothing. */
const ERRORS_MIN = 20;
/** Ridge on the shares of a level's bias, in samples. */
const RIDGE = 10;
/** A bias must take this share of the squared errors away. */
const BIAS_SHARE_MIN = 0.2;
const DRIFT_MIN = 5e-4;

export function learnLevels(
  site: Site,
  network: WaterNetwork,
  parameters: WaterParameters,
  seen: Pass,
): Pick<WaterParameters, "sigma" | "levelDrift"> {
  const sigma = [...parameters.sigma];
  const levelDrift: Record<string, number> = { ...parameters.levelDrift };
  const hours = parameters.samplePeriodMs / HOUR_MS;
  for (const signal of site.signals) {
    const errors = seen.levelErrors[signal.number]!;
    if (signal.kind !== "level" || !network.tanks.some((tank) => tank.id === signal.element)) continue;
    if (errors.filter((error) => !Number.isNaN(error)).length < ERRORS_MIN) continue;
    const instrument = Math.max(signal.resolution / Math.sqrt(12), noiseIn(errors));
    sigma[signal.number] = instrument;
    const whole = tailedSigma(errors.filter((error) => !Number.isNaN(error)));
    const rest = Math.sqrt(Math.max(0, whole ** 2 - 2 * instrument ** 2));
    levelDrift[signal.element] = Math.max(DRIFT_MIN, rest / Math.sqrt(hours));
  }
  return { sigma, levelDrift };
}

/** Instrument noise from the covariance of neighbouring errors, which it makes negative. */
function noiseIn(errors: readonly number[]): number {
  const wide = 3 * (quantile(errors.map(Math.abs), 0.5) / 0.6745);
  let sum = 0;
  let count = 0;
  for (let k = 1; k < errors.length; k += 1) {
    const product = errors[k]! * errors[k - 1]!;
    if (Number.isNaN(product) || Math.abs(errors[k]!) > wide || Math.abs(errors[k - 1]!) > wide) continue;
    sum += product;
    count += 1;
  }
  return count < ERRORS_MIN ? 0 : Math.sqrt(Math.max(0, -sum / count));
}

/** Level errors as a sum of shares of what runs; added to what is known already. */
export function learnLevelBias(
  site: Site,
  network: WaterNetwork,
  parameters: WaterParameters,
  seen: Pass,
): WaterParameters["levelBias"] {
  const levelBias = { ...parameters.levelBias };
  const statuses = site.signals.filter((signal) => signal.kind === "status");
  const hours = parameters.samplePeriodMs / HOUR_MS;
  for (const signal of site.signals) {
    if (signal.kind !== "level" || !network.tanks.some((tank) => tank.id === signal.element)) continue;
    const samples = seen.levelErrors[signal.number]!.flatMap((error, k) => {
      const features = [...statuses.map((status) => seen.states[k]![status.number]!), 1];
      return Number.isNaN(error) || features.some(Number.isNaN) ? [] : [{ error: error / hours, features }];
    });
    if (samples.length < ERRORS_MIN) continue;
    const shares = ridge(samples, statuses.length + 1);
    const left = samples.map(({ error, features }) => error - features.reduce((sum, x, j) => sum + x * shares[j]!, 0));
    const power = (errors: readonly number[]) => errors.reduce((sum, error) => sum + error * error, 0);
    if (power(left) > (1 - BIAS_SHARE_MIN) * power(samples.map((each) => each.error))) continue;
    const before = levelBias[signal.element];
    const running = statuses.map(({ element }, j) => [element, (before?.running[element] ?? 0) + shares[j]!] as const);
    const constant = (before?.constant ?? 0) + shares[statuses.length]!;
    levelBias[signal.element] = { constant, running: Object.fromEntries(running) };
  }
  return levelBias;
}

function ridge(samples: readonly { readonly error: number; readonly features: readonly number[] }[], n: number) {
  const matrix = new Float64Array(n * n);
  const right = new Float64Array(n);
  for (let i = 0; i < n; i += 1) matrix[i * n + i] = RIDGE;
  for (const { error, features } of samples) {
    for (let i = 0; i < n; i += 1) {
      right[i]! += features[i]! * error;
      for (let j = 0; j < n; j += 1) matrix[i * n + j]! += features[i]! * features[j]!;
    }
  }
  return solveSymmetric(matrix, right, n);
}
