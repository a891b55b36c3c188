/**
 * The limit of a statistic that clean data crosses no more often than stated.
 *
 * The rate asked for is rarer than the data is long, so the tail is extrapolated: maxima of blocks, and above their
 * 90 % point a Pareto tail (Hill, "A simple general approach to inference about the tail of a distribution", 1975).
 * A few blocks say little about the tail, so they are joined with PRIOR_WEIGHT imagined ones of an ordinary tail; over
 * a long record these no longer count. The result is held between what was seen and a multiple of it.
 */

export interface TailRate {
  /** Crossings per 30 days. */
  readonly per30Days: number;
  /** Rows per 30 days. */
  readonly rowsPer30Days: number;
}

const BLOCK_HOURS = 12;
const SEEN_ROOM = 1.05;
const SEEN_MULTIPLE_MAX = 2;
/** Tail index assumed before anything was seen, and the number of blocks this assumption is worth. */
const PRIOR_TAIL = 0.25;
const PRIOR_WEIGHT = 4;

/** @param values the statistic on clean rows, in time order; NaN is skipped */
export function tailLimit(values: ArrayLike<number>, rate: TailRate): number {
  const rowsPerBlock = Math.max(1, Math.round((BLOCK_HOURS / 720) * rate.rowsPer30Days));
  const maxima = blockMaxima(values, rowsPerBlock).sort((left, right) => left - right);
  const most = maxima.at(-1) ?? 0;
  if (!(most > 0)) return 1;
  const threshold = Math.max(maxima[Math.floor(0.9 * (maxima.length - 1))]!, most * 1e-6);
  const above = maxima.filter((value) => value > threshold);
  const excess = above.reduce((sum, value) => sum + Math.log(value / threshold), 0);
  const hill = (excess + PRIOR_WEIGHT * PRIOR_TAIL) / (above.length + PRIOR_WEIGHT);
  const wanted = (rate.per30Days * BLOCK_HOURS) / 720;
  const limit = threshold * Math.max(1, 0.1 / wanted) ** Math.max(0.05, hill);
  return Math.min(SEEN_MULTIPLE_MAX * most, Math.max(SEEN_ROOM * most, limit));
}

function blockMaxima(values: ArrayLike<number>, rowsPerBlock: number): number[] {
  const maxima: number[] = [];
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i]!)) most = Math.max(most, values[i]!);
    if ((i + 1) % rowsPerBlock === 0 || i === values.length - 1) {
      if (Number.isFinite(most)) maxima.push(most);
      most = Number.NEGATIVE_INFINITY;
    }
  }
  return maxima;
}
