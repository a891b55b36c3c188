/**
 * The judge's contract: one row in, one judgement out, no look-ahead.
 *
 * A row holds one value per signal of the site at one event time. The same judge, with the same frozen model, sits
 * behind `detect` (rows from a file) and behind the log (rows aligned from signed frames), so both say the same.
 * Arrays are indexed by `Signal.number`; NaN means missing (values) or unchecked (trust).
 */
import type { Notice } from "@twinward/plant";

export interface Row {
  readonly timeMs: number;
  readonly values: Float64Array;
  /** Log indexes of the frames the row was made from; empty for rows from a file. */
  readonly entries: readonly number[];
}

/** Why the judge says what it says; one line a person can check. */
export interface Cause {
  /** e.g. `range`, `rate`, `flatline`, `enum`, `rule`, `ewma`, `cusum`, `hydraulics`, `mass-balance`, `control-logic`. */
  readonly check: string;
  readonly signal: string;
  readonly measured: number | null;
  readonly expected: number | null;
  /** Distance in standard deviations of the check, or in units of its limit. */
  readonly deviation: number;
  readonly text: string;
}

export interface Suspect {
  readonly signal: string;
  /** Share of the evidence, 0 to 1; all suspects of a judgement sum to at most 1. */
  readonly weight: number;
}

export type Verdict = "" | "attack" | "undetermined";

export interface Judgement {
  readonly timeMs: number;
  readonly alarm: boolean;
  /** At least 1 exactly when `alarm`; comparable between rows. */
  readonly score: number;
  readonly verdict: Verdict;
  /** Most suspected first. */
  readonly suspects: readonly Suspect[];
  /** Other sets of signals, of equal or smaller size, that explain the same data. */
  readonly alternatives: readonly (readonly string[])[];
  readonly causes: readonly Cause[];
  /** Since when, Unix milliseconds; equals timeMs on the first alarmed row, NaN when no alarm. */
  readonly sinceMs: number;
  /** Best estimate of the truth per signal without believing its own measurement; NaN where nothing can say. */
  readonly estimates: Float64Array;
  /** Standard deviation of the estimates. */
  readonly sigmas: Float64Array;
  /** Calibrated P(|value - truth| <= accuracy); NaN is `unchecked`. */
  readonly trust: Float64Array;
  /** Numbers of signals whose estimate stands in for the measurement now (quality `substituted`). */
  readonly substituted: readonly number[];
  /** The planned event that was taken into account, if any. */
  readonly notice: string;
}

export interface Judge {
  step(row: Row): Judgement;
  /** Tells of planned work or a holiday before its rows are judged; the same notice twice counts once. */
  announce(notice: Notice): void;
  /** All of the judge's state, so that a restart goes on as if nothing had happened. */
  snapshot(): Uint8Array;
  restore(snapshot: Uint8Array): void;
}
