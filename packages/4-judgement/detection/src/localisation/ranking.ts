/**
 * The ranked suspects of an alarm: evidence of each row is added up, old rows fade.
 *
 * One row can point at the wrong meter; the culprit of an alarm is the one that most rows point at.
 */
import type { Suspect } from "../judge.ts";

const FADE_HOURS = 12;
export const SUSPECTS_MAX = 8;
/** Suspects below this share of the first one are not named. */
const SHARE_MIN = 0.04;

export class Ranking {
  readonly #weights: Float64Array;
  readonly #keep: number;

  constructor(signals: number, samplePeriodMs: number) {
    this.#weights = new Float64Array(signals);
    this.#keep = Math.exp(-samplePeriodMs / (FADE_HOURS * 3_600_000));
  }

  /** One row of the alarm. */
  fade(): void {
    for (let i = 0; i < this.#weights.length; i++) this.#weights[i]! *= this.#keep;
  }

  add(signal: number, weight: number): void {
    this.#weights[signal]! += weight;
  }

  reset(): void {
    this.#weights.fill(0);
  }

  /** Signal numbers, most suspected first. */
  order(): number[] {
    const most = Math.max(...this.#weights);
    return [...this.#weights.keys()]
      .filter((i) => this.#weights[i]! > 0 && this.#weights[i]! >= SHARE_MIN * most)
      .sort((left, right) => this.#weights[right]! - this.#weights[left]! || left - right)
      .slice(0, SUSPECTS_MAX);
  }

  suspects(idOf: (signal: number) => string): Suspect[] {
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    return this.order().map((signal) => ({ signal: idOf(signal), weight: this.#weights[signal]! / total }));
  }

  state(): number[] {
    return [...this.#weights];
  }

  restore(weights: readonly number[]): void {
    this.#weights.set(weights);
  }
}
