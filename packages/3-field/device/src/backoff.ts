/** How long to wait before the next try: doubling, bounded, and jittered so that a thousand devices do not return at once. */

export const BACKOFF_MS_MIN = 500;
export const BACKOFF_MS_MAX = 30_000;

/**
 * @param failures tries that failed in a row, from 1
 * @param uniform in [0, 1)
 * @returns milliseconds, between half of the doubled time and all of it
 */
export function backoffMs(failures: number, uniform: number): number {
  const most = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(failures - 1, 30));
  return most * (0.5 + 0.5 * uniform);
}
