/**
 * Slots: which row does a reading belong to?
 *
 * Devices sample "at the full hour" a few milliseconds early or late. A slot is therefore the sample period centred on
 * a point of the site's grid (multiples of the sample period since 1970), so that jitter on either side stays together.
 *
 * Invariant: slot k holds the event times t with k*P - P/2 <= t < k*P + P/2.
 */

export function slotOf(timeMs: number, samplePeriodMs: number): number {
  return Math.floor(timeMs / samplePeriodMs + 0.5);
}

/** The newest slot that ends at or before `timeMs`; -Infinity for -Infinity. */
export function lastSlotEndedBy(timeMs: number, samplePeriodMs: number): number {
  return Math.floor(timeMs / samplePeriodMs - 0.5);
}
