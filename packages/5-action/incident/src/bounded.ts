/**
 * Lists that keep their beginning and their end: a long incident must not lose how it started, nor how it goes on.
 *
 * Invariant: at most `max` items are held; the first half is the oldest ones, for good.
 */

export function pushBounded<T>(list: T[], item: T, max: number): void {
  list.push(item);
  if (list.length > max) list.splice(max >> 1, 1);
}
