/**
 * What the twin has learned about one plant from clean data. Frozen, plain JSON; hashed by whoever stores it.
 *
 * With `untrainedParameters` the twin works from physics alone: no profile, wide model errors.
 */

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
  /** Correction per flow and pressure signal: measured ≈ offset + gain · model, given the actuators that run. */
  readonly offset: readonly number[];
  readonly gain: readonly number[];
  /** Standard deviation of measured − corrected model, per signal (model error and instrument together). */
  readonly sigma: readonly number[];
  /** Standard deviation of a level forecast over one sample period, per signal (0 where it is not a level). */
  readonly forecastSigma: readonly number[];
  /** Bias of the level forecast over one sample period, per signal (0 where it is not a level). */
  readonly forecastBias: readonly number[];
  /** Standard deviation of forecast − measured of flows and pressures, per signal. */
  readonly forecastFlowSigma: readonly number[];
  /** Actuators (element ids) that never ran in the training data. */
  readonly neverUsed: readonly string[];
  /** Actuators that never stopped in the training data. */
  readonly alwaysUsed: readonly string[];
  /** Sample period the parameters were learned at, milliseconds. */
  readonly samplePeriodMs: number;
}
