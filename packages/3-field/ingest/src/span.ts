/**
 * What a block of readings spans: its times and its largest value, in one pass.
 *
 * Physical limits of signals are not asked here: an impossible value with a valid signature is evidence, and the judge
 * must see it. Only what no instrument could mean is turned away.
 */
import type { ReadingBlock } from "@twinward/kernel";

export interface Span {
  readonly oldestMs: number;
  readonly newestMs: number;
  /** Largest absolute value. */
  readonly largest: number;
}

export function spanOf(block: ReadingBlock): Span {
  const { timesMs, values } = block;
  let oldestMs = Number.POSITIVE_INFINITY;
  let newestMs = Number.NEGATIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const timeMs = timesMs[i] as number;
    const size = Math.abs(values[i] as number);
    if (timeMs < oldestMs) oldestMs = timeMs;
    if (timeMs > newestMs) newestMs = timeMs;
    if (size > largest) largest = size;
  }
  return { oldestMs, newestMs, largest };
}
