/**
 * Trust: the probability that a measured value is within its stated accuracy of the truth.
 *
 * Two hypotheses per signal, honest or false, followed from row to row by a two-state filter; the estimate made
 * without the signal itself is the only witness. A false value may still be close to the truth by accident, which
 * the last line accounts for. Source: Rabiner, "A tutorial on hidden Markov models" (1989), forward recursion.
 *
 * Invariant: NaN (unchecked) exactly where no estimate exists or the value is missing.
 */
export interface TrustRules {
  /** Chance per hour that an honest signal starts to lie. */
  readonly turnFalsePerHour: number;
  /** Chance per hour that a false signal becomes honest again. */
  readonly turnHonestPerHour: number;
  /** P(|value − truth| ≤ accuracy) for an honest instrument. */
  readonly honestWithin: number;
}

export const TRUST_RULES: TrustRules = { turnFalsePerHour: 1e-4, turnHonestPerHour: 0.03, honestWithin: 0.995 };

export class TrustFilter {
  readonly #false: Float64Array;
  readonly #rules: TrustRules;
  readonly #hours: number;

  constructor(signals: number, samplePeriodMs: number, rules: TrustRules = TRUST_RULES) {
    this.#false = new Float64Array(signals).fill(rules.turnFalsePerHour);
    this.#rules = rules;
    this.#hours = samplePeriodMs / 3_600_000;
  }

  /**
   * @param span width of the signal's range: a lie may stand anywhere in it
   * @param surelyFalse other evidence (a copy, a broken limit) has settled the question
   * @returns trust, 0 to 1, or NaN
   */
  step(signal: number, value: number, estimate: number, sigma: number, accuracy: number, span: number, surelyFalse: boolean): number {
    if (Number.isNaN(value) || Number.isNaN(estimate) || Number.isNaN(sigma)) return surelyFalse && !Number.isNaN(value) ? 0 : Number.NaN;
    const rules = this.#rules;
    const was = this.#false[signal]!;
    const prior = was * (1 - Math.min(1, rules.turnHonestPerHour * this.#hours)) + (1 - was) * rules.turnFalsePerHour * this.#hours;
    const honest = density((value - estimate) / sigma) / sigma;
    const lie = Math.max(1 / span, 1e-12);
    const posterior = (prior * lie) / (prior * lie + (1 - prior) * honest);
    const falseNow = surelyFalse ? 0.999 : Math.min(0.9999, Math.max(1e-6, posterior));
    this.#false[signal] = falseNow;
    const offset = value - estimate;
    const byAccident = normalShare((accuracy - offset) / sigma) - normalShare((-accuracy - offset) / sigma);
    return (1 - falseNow) * rules.honestWithin + falseNow * byAccident;
  }

  state(): number[] {
    return [...this.#false];
  }

  restore(state: readonly number[]): void {
    this.#false.set(state);
  }
}

/** Density of Student's t with 4 degrees of freedom: estimates err more wildly than a normal would. */
function density(t: number): number {
  return 0.375 * (1 + (t * t) / 4) ** -2.5;
}

/** Normal distribution function (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = Math.exp(-0.5 * x * x) * 0.3989422804014327 * poly;
  return x >= 0 ? 1 - upper : upper;
}
