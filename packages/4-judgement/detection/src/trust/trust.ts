/**
 * Trust: the probability that a measured value is within its stated accuracy of the truth.
 *
 * Two hypotheses, honest or false. Before the row is looked at they weigh as the localiser left them: a signal in good
 * standing is hardly ever false, a distrusted one mostly. The distance from the estimate made without the signal then
 * moves the weights. A false value may still be close to the truth by accident, which the last line accounts for.
 *
 * Invariant: NaN (unchecked) exactly where the value is missing, or no estimate exists and nothing settles the case.
 */
export interface TrustQuestion {
  readonly value: number;
  readonly estimate: number;
  readonly sigma: number;
  readonly accuracy: number;
  /** Width of the signal's range: a lie may stand anywhere in it. */
  readonly span: number;
  readonly distrusted: boolean;
  /** Other evidence (a copy, a broken limit) has settled the question. */
  readonly surelyFalse: boolean;
}

/** Chance of being false before the row is looked at. */
const FALSE_IN_GOOD_STANDING = 5e-4;
const FALSE_WHEN_DISTRUSTED = 0.9;
/** P(|value − truth| ≤ accuracy) for an honest instrument. */
const HONEST_WITHIN = 0.99;

export function trustOf(question: TrustQuestion): number {
  const { value, estimate, sigma, accuracy, span, distrusted, surelyFalse } = question;
  if (Number.isNaN(value)) return Number.NaN;
  if (Number.isNaN(estimate) || !(sigma > 0)) return surelyFalse ? 0 : Number.NaN;
  const offset = value - estimate;
  const prior = distrusted ? FALSE_WHEN_DISTRUSTED : FALSE_IN_GOOD_STANDING;
  const honest = studentDensity(offset / sigma) / sigma;
  const posterior = surelyFalse ? 1 : prior / (prior + (1 - prior) * honest * Math.max(span, sigma));
  const byAccident = normalShare((accuracy - offset) / sigma) - normalShare((-accuracy - offset) / sigma);
  return (1 - posterior) * HONEST_WITHIN + posterior * byAccident;
}

/** Density of Student's t with 4 degrees of freedom: estimates err more wildly than a normal would. */
function studentDensity(t: number): number {
  return 0.375 * (1 + (t * t) / 4) ** -2.5;
}

/** Normal distribution function (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = Math.exp(-0.5 * x * x) * 0.3989422804014327 * poly;
  return x >= 0 ? 1 - upper : upper;
}
