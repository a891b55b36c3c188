/**
 * An expectation outside what its signal can read is known to be wrong by at least the way back.
 *
 * Extrapolation and badly determined hydraulics both give pressures below zero and levels above the brim; they look
 * sure of themselves, so their spread grows by what is known of their error.
 */
export interface PossibleRange {
  readonly minimum: number;
  readonly maximum: number;
}

/** The spread, with the known error of an impossible expectation added; NaN stays NaN. */
export function spreadOf(expected: number, sigma: number, { minimum, maximum }: PossibleRange): number {
  const excess = Math.max(0, expected - maximum, minimum - expected);
  return excess > 0 ? Math.hypot(sigma, excess) : sigma;
}
