/**
 * What all witnesses say about one row, before anybody weighs it.
 *
 * A voice is one independent expectation of the signals: cross-prediction (other signals only), the water twin's
 * estimate without the signal itself, and the water twin's forecast of levels. Arrays are indexed by signal number;
 * NaN is "cannot say".
 */
import type { Cause } from "../judge.ts";

export const VOICES = ["cross-prediction", "hydraulics", "mass-balance"] as const;
export type VoiceName = (typeof VOICES)[number];

export interface Voice {
  readonly name: VoiceName;
  readonly expected: Float64Array;
  /** Standard deviation of (measured − expected) when all is well. */
  readonly sigma: Float64Array;
  /** (measured − expected) / sigma. */
  readonly z: Float64Array;
}

/** A command that contradicts the control logic, as the judge needs it. */
export interface LogicFinding {
  readonly signal: number;
  /** Signal number of the deciding level, or -1. */
  readonly level: number;
  readonly kind: string;
  readonly measured: number;
  readonly expected: number;
  readonly deviation: number;
}

/** What the water twin says of a row as a whole. */
export interface WaterReport {
  readonly logic: readonly LogicFinding[];
  /** Sum of squared normalised residuals over the freedom of the fit. */
  readonly misfit: number;
  readonly chiSquare: number;
  /** How unusual the demands are, in standard deviations of the worst district. */
  readonly demandZ: number;
}

export interface Repeats {
  /** Per signal: length of the current exact copy over what chance allows; 0 where not watched. */
  readonly copied: Float64Array;
  /** Lag of that copy in rows. */
  readonly copiedLag: Int32Array;
  /** Per signal: length of the current freeze over what chance allows. */
  readonly frozen: Float64Array;
}

export interface Testimony {
  readonly timeMs: number;
  readonly values: Float64Array;
  readonly voices: readonly Voice[];
  readonly water: WaterReport | undefined;
  /** Stated limits that are broken. */
  readonly limits: readonly Cause[];
  readonly repeats: Repeats;
}

/** Builds a voice from an expectation; `floor` is the least spread per signal (rounding and instrument). */
export function voiceOf(
  name: VoiceName,
  values: Float64Array,
  expected: Float64Array,
  sigma: Float64Array,
  floor: Float64Array,
): Voice {
  const z = new Float64Array(values.length);
  const spread = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    spread[i] = Math.sqrt(sigma[i]! ** 2 + floor[i]! ** 2);
    z[i] = (values[i]! - expected[i]!) / spread[i]!;
  }
  return { name, expected, sigma: spread, z };
}
