/**
 * Which signal's exclusion makes the other signals believable?
 *
 * A lie in one signal spoils the predictions of all others. Putting the estimate in place of a suspected value (for
 * a status: the other state) and predicting again shows how much of the trouble was its doing.
 */
import type { CrossPrediction } from "../crossprediction/cross-prediction.ts";
import type { Deviations } from "./deviations.ts";

/** Squared deviation softened: one enormous deviation must not outweigh many clear ones. */
export function softSquare(z: number): number {
  return SOFTNESS * Math.log1p((z * z) / SOFTNESS);
}

const SOFTNESS = 16;

export interface CrossRow {
  readonly now: Float64Array;
  readonly before: Float64Array;
  readonly floor: Float64Array;
  readonly deviations: Deviations;
}

/** Sum of softened squares over all signals not excluded. */
export function crossCost(cross: CrossPrediction, row: CrossRow, excluded: ReadonlySet<number>): number {
  const { expected, sigma } = cross.predict(row.now, row.before);
  let cost = 0;
  for (let i = 0; i < expected.length; i++) {
    if (excluded.has(i)) continue;
    const factor = row.deviations.factor("cross-prediction", i);
    const z = (factor * (row.now[i]! - expected[i]!)) / Math.hypot(sigma[i]!, row.floor[i]!);
    if (!Number.isNaN(z)) cost += softSquare(z);
  }
  return cost;
}

/** The row with the value of `signal` replaced, now and before; the arrays of `row` stay as they are. */
export function replaced(row: CrossRow, signal: number, now: number, before: number): CrossRow {
  const changed = { ...row, now: row.now.slice(), before: row.before.slice() };
  changed.now[signal] = now;
  changed.before[signal] = before;
  return changed;
}
