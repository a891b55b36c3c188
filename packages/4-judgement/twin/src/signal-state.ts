/**
 * What we believe of one signal: its measured value, how far it is to be trusted and why, and beside it, never instead
 * of it, the estimate that would stand in.
 */
import type { Quality } from "@twinward/kernel";

export interface Estimate {
  readonly value: number;
  /** Standard deviation, same unit as the value. */
  readonly sigma: number;
}

/** How a signal stands, in one word; `sinceMs` says since when. */
export type Standing =
  /** Trust of at least TRUSTED_MIN. */
  | "trusted"
  | "doubted"
  /** Nothing redundant exists that could contradict it. */
  | "unchecked"
  /** The newest row has no value for it. */
  | "missing";

export const TRUSTED_MIN = 0.5;

export interface SignalState {
  readonly signal: string;
  /** The last measured value, as signed; null before the first. */
  readonly value: number | null;
  /** Event time of that value, Unix milliseconds. */
  readonly timeMs: number | null;
  readonly quality: Quality | null;
  readonly standing: Standing;
  /** Calibrated P(|value - truth| <= accuracy); null is `unchecked`. */
  readonly trust: number | null;
  /** One line each, strongest first, at most CAUSES_MAX. */
  readonly causes: readonly string[];
  /** Where nothing can say, null. */
  readonly estimate: Estimate | null;
  /** True when the estimate stands in for the measurement now (quality `substituted`). */
  readonly substituted: boolean;
  readonly signedAt: "device" | "gateway" | "importer";
  /** Since when the standing is what it is, Unix milliseconds; null before the first row. */
  readonly sinceMs: number | null;
}

export const CAUSES_MAX = 8;

export interface TwinView {
  readonly site: string;
  /** Event time of the newest judged row, Unix milliseconds; null before the first. */
  readonly timeMs: number | null;
  readonly alarm: boolean;
  readonly score: number;
  readonly verdict: "" | "attack" | "undetermined";
  readonly notice: string;
  /** The headline: share of signals that nothing checks, 0 to 1. */
  readonly uncheckedShare: number;
  /** In the order of the site. */
  readonly signals: readonly SignalState[];
}
