/** Order statistics that a few wild values cannot move. NaN is left out; an empty list gives NaN. */

/** The value below which the share `part` of the list lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.floor(part * (sorted.length - 1))]!;
}

/**
 * A standard deviation that holds in the tails too: the largest of what the middle, the 99 % and the 99.9 % quantile
 * of the sizes say for a normal distribution. Its centre is taken to be zero.
 */
export function tailedSigma(values: readonly number[]): number {
  const sizes = values.map(Math.abs);
  const rare = sizes.length >= 1000 ? quantile(sizes, 0.999) / 4.5 : 0;
  return Math.max(quantile(sizes, 0.5) / 0.6745, quantile(sizes, 0.99) / 2.576, rare);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
