/**
 * Rounding to a stated resolution, done before any use of a value, in training too.
 *
 * Nine decimals in one file and two in another ruin every residual; after this step both hold the same numbers.
 * Invariant: rounding twice changes nothing, and for resolutions like 0.01 the result is the double nearest to the
 * decimal number, so that it equals the same number read from text.
 */

/** The multiple of `resolution` nearest to `value`; NaN stays NaN, and zero has no sign. */
export function roundToResolution(value: number, resolution: number): number {
  const perUnit = Math.round(1 / resolution);
  const whole = perUnit >= 1 && Math.abs(perUnit * resolution - 1) < 1e-9;
  return (whole ? Math.round(value * perUnit) / perUnit : Math.round(value / resolution) * resolution) + 0;
}
