/**
 * The inputs of every cross-prediction: all signals now and one row ago, standardised by their clean mean and spread.
 *
 * Invariant: the inputs of a signal are the columns `signal` and `signals + signal`, so that leaving a signal out is
 * leaving out two columns. Missing values stand at the clean mean (0).
 */

export interface Scale {
  readonly mean: readonly number[];
  /** Clean standard deviation; 1 for a signal that never changed. */
  readonly spread: readonly number[];
}

/** Standardised inputs are held inside this, so that a wild value cannot drown all predictions at once. */
export const INPUT_LIMIT = 8;

export function scaleOf(rows: readonly Float64Array[]): Scale {
  const signals = rows[0]?.length ?? 0;
  const mean: number[] = [];
  const spread: number[] = [];
  for (let signal = 0; signal < signals; signal++) {
    let count = 0;
    let sum = 0;
    let squares = 0;
    for (const row of rows) {
      const value = row[signal]!;
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
    }
    const centre = count === 0 ? 0 : sum / count;
    for (const row of rows) if (!Number.isNaN(row[signal]!)) squares += (row[signal]! - centre) ** 2;
    mean.push(centre);
    spread.push(count > 1 && squares > 0 ? Math.sqrt(squares / count) : 1);
  }
  return { mean, spread };
}

/** Writes the 2 × signals inputs of one row into `into` at `offset`. */
export function writeInputs(
  scale: Scale,
  now: Float64Array,
  before: Float64Array,
  into: Float64Array,
  offset: number,
): void {
  const signals = now.length;
  for (let signal = 0; signal < signals; signal++) {
    into[offset + signal] = standard(scale, signal, now[signal]!);
    into[offset + signals + signal] = standard(scale, signal, before[signal]!);
  }
}

export function standard(scale: Scale, signal: number, value: number): number {
  if (Number.isNaN(value)) return 0;
  const z = (value - scale.mean[signal]!) / scale.spread[signal]!;
  return Math.max(-INPUT_LIMIT, Math.min(INPUT_LIMIT, z));
}
