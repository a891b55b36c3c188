/**
 * Cross-prediction: what a signal should read, judged only by the other signals.
 *
 * It knows no physics, so it works on any plant and fails in other ways than the twin does; that makes it a second
 * witness. A signal's own values, now or before, never enter its own prediction.
 *
 * Invariant: prediction and spread depend on the current row and the one before, nothing else; parameters are frozen.
 */
import { type PossibleRange, spreadOf } from "../fusion/possible-range.ts";
import { type Scale, writeInputs } from "./inputs.ts";
import { type Trees, treesValue } from "./oblivious-trees.ts";

export interface TargetPrediction {
  /** Signal number. */
  readonly signal: number;
  /** One weight per input; 0 for the inputs of the signal itself. */
  readonly weights: readonly number[];
  readonly trees: Trees;
  /** Trees for |residual|, in standardised units: some states are harder to predict than others. */
  readonly doubt: Trees;
  readonly doubtBase: number;
  /** Makes the spread right on rows that were held out of the fit. */
  readonly doubtScale: number;
  /** Lowest spread, standardised units. */
  readonly doubtFloor: number;
}

export interface CrossPredictionModel {
  readonly scale: Scale;
  readonly targets: readonly TargetPrediction[];
}

export interface Predicted {
  readonly expected: Float64Array;
  readonly sigma: Float64Array;
}

export class CrossPrediction {
  readonly #model: CrossPredictionModel;
  readonly #ranges: readonly PossibleRange[];
  readonly #inputs: Float64Array;

  /** @param ranges what each signal can read, by signal number */
  constructor(model: CrossPredictionModel, ranges: readonly PossibleRange[]) {
    this.#model = model;
    this.#ranges = ranges;
    this.#inputs = new Float64Array(2 * model.scale.mean.length);
  }

  /** Expected value and standard deviation per signal, in the signals' units; NaN for signals without a prediction. */
  predict(now: Float64Array, before: Float64Array): Predicted {
    const { scale, targets } = this.#model;
    writeInputs(scale, now, before, this.#inputs, 0);
    const expected = new Float64Array(now.length).fill(Number.NaN);
    const sigma = new Float64Array(now.length).fill(Number.NaN);
    for (const target of targets) {
      const { mean, spread } = { mean: scale.mean[target.signal]!, spread: scale.spread[target.signal]! };
      expected[target.signal] = mean + spread * targetValue(target, this.#inputs, 0);
      sigma[target.signal] = spreadOf(
        expected[target.signal]!,
        spread * targetDoubt(target, this.#inputs, 0),
        this.#ranges[target.signal]!,
      );
    }
    return { expected, sigma };
  }
}

/** The prediction in standardised units. */
export function targetValue(target: TargetPrediction, inputs: Float64Array, offset: number): number {
  let sum = treesValue(target.trees, inputs, offset);
  for (let i = 0; i < target.weights.length; i++) sum += target.weights[i]! * inputs[offset + i]!;
  return sum;
}

/** Standard deviation of the prediction in standardised units. */
export function targetDoubt(target: TargetPrediction, inputs: Float64Array, offset: number): number {
  const raw = target.doubtBase + treesValue(target.doubt, inputs, offset);
  return target.doubtScale * Math.max(raw, target.doubtFloor);
}
