/**
 * What the twin has learned about one plant from clean data. Frozen, plain JSON; hashed by whoever stores it.
 *
 * With `untrainedParameters` the twin works from physics alone: no profile, wide model errors.
 */

import type { LevelControl, Site } from "@twinward/plant";

export interface WaterParameters {
  readonly version: 1;
  /** Signal ids in the order of all per-signal arrays. */
  readonly signals: readonly string[];
  /** Ids of the district metered areas in the order of all per-district arrays. */
  readonly districts: readonly string[];
  /** Mean demand multiplier by hour of the week (168 values, Thursday 00:00 UTC first, as Unix time begins), per district. */
  readonly profile: readonly (readonly number[])[];
  /** Standard deviation of the demand multiplier around the profile, per district. */
  readonly profileSigma: readonly number[];
  /** Persistence over one sample period of the deviation from the profile, 0 to 1, per district. */
  readonly persistence: readonly number[];
  /** Standard deviation of the one-sample innovation of the demand multiplier, per district. */
  readonly innovationSigma: readonly number[];
  /** Weight of the demands of the end of a sample period in what flows during it: 0 is "held from its start". */
  readonly demandBlend: number;
  /** Calibrated relative speed per pump (element id); 1 where the pump follows its curve in the model. */
  readonly speeds: Readonly<Record<string, number>>;
  /** Level controls as the plant really runs them, corrected from clean data where the site is contradicted. */
  readonly controls: readonly LevelControl[];
  /** Longest step of the forward run, milliseconds. */
  readonly stepMs: number;
  /** A controller acts between 0 and this long after a level crosses its threshold, milliseconds. */
  readonly scanMs: number;
  /** Correction per flow and pressure signal: measured ≈ offset + gain · model, given the actuators that run. */
  readonly offset: readonly number[];
  readonly gain: readonly number[];
  /** Standard deviation of measured − truth as the corrected model sees it, per signal (model error and instrument). */
  readonly sigma: readonly number[];
  /** What one hour of open loop adds to the standard deviation of a tank level, per tank, m. */
  readonly levelDrift: Readonly<Record<string, number>>;
  /**
   * What the forward run gets wrong about a tank again and again, m/h: a constant and a share per running actuator, by
   * element id. Empty where it is right.
   */
  readonly levelBias: Readonly<
    Record<string, { readonly constant: number; readonly running: Readonly<Record<string, number>> }>
  >;
  /** Actuators (element ids) that never ran in the training data. */
  readonly neverUsed: readonly string[];
  /** Actuators that never stopped in the training data. */
  readonly alwaysUsed: readonly string[];
  /** Sample period the parameters were learned at, milliseconds. */
  readonly samplePeriodMs: number;
}

const HOURS_OF_WEEK = 168;
const HOUR_MS = 3_600_000;
/** Flows and pressures before anything is learned: share of a typical pump flow and of a typical head. */
const UNTRAINED_SIGMA = { level: 0.02, flow: 2, pressure: 1, status: 0.05, other: 1 } as const;

/** Physics alone: what to believe about a plant whose clean data nobody has shown. */
export function untrainedParameters(site: Site, districts: readonly { id: string; mean: number }[]): WaterParameters {
  const controls = site.behaviour.kind === "epanet" ? site.behaviour.controls : [];
  return {
    version: 1,
    signals: site.signals.map((signal) => signal.id),
    districts: districts.map((district) => district.id),
    profile: districts.map((district) => new Array<number>(HOURS_OF_WEEK).fill(district.mean)),
    profileSigma: districts.map((district) => 0.4 * district.mean),
    persistence: districts.map(() => 0.8),
    innovationSigma: districts.map((district) => 0.25 * district.mean),
    demandBlend: 0,
    speeds: {},
    controls,
    stepMs: Math.min(site.samplePeriodMs, HOUR_MS / 4),
    scanMs: Math.min(site.samplePeriodMs, HOUR_MS / 4),
    offset: site.signals.map(() => 0),
    gain: site.signals.map(() => 1),
    sigma: site.signals.map((signal) => Math.max(UNTRAINED_SIGMA[signal.kind], signal.resolution)),
    levelDrift: {},
    levelBias: {},
    neverUsed: [],
    alwaysUsed: [],
    samplePeriodMs: site.samplePeriodMs,
  };
}

/** The profile's multiplier of a district at a moment (held through the hour). */
export function profileAt(parameters: WaterParameters, district: number, timeMs: number): number {
  const hour = Math.floor(timeMs / HOUR_MS) % HOURS_OF_WEEK;
  return parameters.profile[district]![(hour + HOURS_OF_WEEK) % HOURS_OF_WEEK]!;
}
