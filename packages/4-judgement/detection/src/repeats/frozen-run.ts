/**
 * Frozen runs: how many rows in a row has a signal not changed at all?
 *
 * A living instrument moves by at least its noise. Values at which the clean signal often rests (a stopped pump's
 * flow, a full tank) do not count, so that rest is not taken for death.
 */

export class FrozenRuns {
  readonly #last: Float64Array;
  readonly #runs: Float64Array;

  constructor(signals: number) {
    this.#last = new Float64Array(signals).fill(Number.NaN);
    this.#runs = new Float64Array(signals);
  }

  /** Rows without change per signal after this row; a missing value keeps the count. */
  step(values: Float64Array, restsAt: (signal: number, value: number) => boolean): Float64Array {
    for (let signal = 0; signal < values.length; signal++) {
      const value = values[signal]!;
      if (Number.isNaN(value)) continue;
      const same = value === this.#last[signal]! && !restsAt(signal, value);
      this.#runs[signal] = same ? this.#runs[signal]! + 1 : 0;
      this.#last[signal] = value;
    }
    return this.#runs;
  }

  state(): { last: number[]; runs: number[] } {
    return { last: [...this.#last], runs: [...this.#runs] };
  }

  restore(state: { readonly last: readonly number[]; readonly runs: readonly number[] }): void {
    this.#last.set(state.last);
    this.#runs.set(state.runs);
  }
}
