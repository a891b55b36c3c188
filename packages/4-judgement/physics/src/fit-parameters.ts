/**
 * Learning one plant from clean data: how it is controlled, how its pumps and meters differ from the model, how its
 * districts draw, and how far off the twin is when nothing is wrong.
 *
 * The twin itself does the learning: it is run over stretches of the data, its doubts are set to what was seen, and
 * again, until they settle. Deterministic: the same rows give the same parameters.
 */
import { assert } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import { calibratePressures, calibrateSpeeds, settleSigmas } from "./calibrate.ts";
import { type CleanRow, learnControls, usageOf } from "./learn-controls.ts";
import { learnDemands } from "./learn-demands.ts";
import { learnLevelBias, learnLevels } from "./learn-levels.ts";
import type { WaterNetwork } from "./network.ts";
import { untrainedParameters, type WaterParameters } from "./parameters.ts";
import { type Pass, runPass } from "./training-pass.ts";
import { openNetwork } from "./water-model.ts";

export interface TrainingOptions {
  /** Rows that are solved; the rest only teaches controls and usage. */
  readonly rowsMax?: number;
}

const ROWS_MAX = 3000;
/** Rows of one pass while doubts are still rough. */
const ROUGH_ROWS = 240;
const SPEED_PASSES = 2;
const ROUGH_PASSES = 5;
/** Doubt about flows and pressures in the first pass. */
const STARTING_SIGMA = 0.05;
/** A stretch is a week of hours, or as many rows of another period. */
const STRETCH_ROWS = 168;
const ROUGH_STRETCH_ROWS = 60;

/**
 * Learns from rows in the order of time. Throws when the site has no water model or there are no rows.
 *
 * @param rows clean rows, rounded to the signals' resolutions
 */
export async function fitWaterParameters(
  site: Site,
  rows: readonly CleanRow[],
  options: TrainingOptions = {},
): Promise<WaterParameters> {
  assert(rows.length > 1, "there are rows to learn from");
  const network = await openNetwork(site);
  const rough = stretches(rows, ROUGH_ROWS, ROUGH_STRETCH_ROWS);
  const base = untrainedParameters(site, network.districts);
  let parameters: WaterParameters = {
    ...base,
    sigma: startingSigmas(site, base),
    ...usageOf(site, rows),
    controls: learnControls(site, rows),
  };
  for (let pass = 0; pass < SPEED_PASSES; pass += 1) parameters = calibrateSpeeds(site, network, parameters, rough);
  for (let pass = 0; pass < ROUGH_PASSES; pass += 1) {
    const seen = runPass(site, network, parameters, rough);
    parameters = calibratePressures(site, refined(site, network, parameters, seen), seen);
    // Only once the rest has settled: a bias must not stand in for what the calibration can mend.
    const settling = pass < ROUGH_PASSES - 2;
    if (!settling) parameters = { ...parameters, levelBias: learnLevelBias(site, network, parameters, seen) };
  }
  parameters = bestBlend(site, network, parameters, rough);
  const all = stretches(rows, options.rowsMax ?? ROWS_MAX, STRETCH_ROWS);
  return settled(refined(site, network, parameters, runPass(site, network, parameters, all)));
}

/** Narrow to begin with: what agrees shows at once, and what does not is widened to its true size. */
function startingSigmas(site: Site, base: WaterParameters): number[] {
  return site.signals.map(({ kind, number, resolution }) => {
    return kind === "flow" || kind === "pressure" ? Math.max(STARTING_SIGMA, resolution) : base.sigma[number]!;
  });
}

function refined(site: Site, network: WaterNetwork, parameters: WaterParameters, seen: Pass): WaterParameters {
  const demands = learnDemands(seen.demands, network.districts.length, parameters.samplePeriodMs);
  const settledSigmas = settleSigmas(site, parameters, seen);
  return { ...parameters, ...demands, ...learnLevels(site, network, settledSigmas, seen) };
}

/** Demands held through a period, or moving in a straight line to the next: whichever forecasts levels better. */
function bestBlend(
  site: Site,
  network: WaterNetwork,
  parameters: WaterParameters,
  rows: readonly (readonly CleanRow[])[],
): WaterParameters {
  const tried = [0, 0.5].map((demandBlend) => {
    const candidate = { ...parameters, demandBlend };
    return { candidate, miss: runPass(site, network, candidate, rows).levelMiss() };
  });
  return tried.reduce((a, b) => (b.miss < 0.95 * a.miss ? b : a)).candidate;
}

/** Numbers short enough to read, so that the artefact is the same on every machine. */
function settled(parameters: WaterParameters): WaterParameters {
  return JSON.parse(
    JSON.stringify(parameters, (_, value) => (typeof value === "number" ? Number(value.toPrecision(9)) : value)),
  );
}

/** Up to `rowsMax` rows in stretches of `length`, spread evenly over the data. */
function stretches(rows: readonly CleanRow[], rowsMax: number, length: number): (readonly CleanRow[])[] {
  if (rows.length <= rowsMax) return [rows];
  const count = Math.max(1, Math.floor(rowsMax / length));
  return Array.from({ length: count }, (_, place) => {
    const from = Math.floor((place * (rows.length - length)) / Math.max(1, count - 1));
    return rows.slice(from, from + length);
  });
}
