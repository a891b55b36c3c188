/**
 * Copied runs: does a signal repeat its own past, value for value?
 *
 * A recording played back to the operator fits every limit and every statistic of its own, but a real instrument
 * never repeats a stretch of changing values exactly. For each lag the length of the current exact repetition is
 * kept; only rows on which the value changed count, so that constants (a stopped pump) say nothing. How long clean
 * data repeats itself by chance is learned per signal.
 *
 * Invariant: depends only on the rounded values of the last `lags` rows. Missing values neither match nor break.
 */

export interface CopiedRunState {
  readonly history: number[];
  readonly runs: number[];
  readonly rows: number;
}

/** Rows of the past that are searched, at most. */
export const COPY_LAGS_MAX = 400;
/** A copy of the row before is a flatline, not a replay: shorter lags are not searched. */
const LAG_MIN = 2;

export class CopiedRuns {
  readonly #signals: Int32Array;
  readonly #lags: number;
  /** Ring of the last `lags` rows, signal by signal. */
  readonly #history: Float64Array;
  /** Changing rows matched so far, per signal and lag. */
  readonly #runs: Uint16Array;
  #rows = 0;

  /** @param signals numbers of the signals watched */
  constructor(signals: readonly number[], lags: number = COPY_LAGS_MAX) {
    this.#signals = Int32Array.from(signals);
    this.#lags = lags;
    this.#history = new Float64Array(signals.length * lags).fill(Number.NaN);
    this.#runs = new Uint16Array(signals.length * (lags + 1));
  }

  /** Longest current repetition (changing rows) per watched signal, and its lag in rows, after seeing this row. */
  step(values: Float64Array): { length: Int32Array; lag: Int32Array } {
    const length = new Int32Array(this.#signals.length);
    const lag = new Int32Array(this.#signals.length);
    for (let watched = 0; watched < this.#signals.length; watched++) {
      const value = values[this.#signals[watched]!]!;
      if (!Number.isNaN(value)) this.#match(watched, value, length, lag);
      this.#history[watched * this.#lags + (this.#rows % this.#lags)] = value;
    }
    this.#rows++;
    return { length, lag };
  }

  #match(watched: number, value: number, length: Int32Array, lag: Int32Array): void {
    const start = watched * this.#lags;
    const runs = watched * (this.#lags + 1);
    const newest = (this.#rows + this.#lags - 1) % this.#lags;
    const changed = value !== this.#history[start + newest]!;
    for (let back = LAG_MIN, at = newest; back <= this.#lags; back++) {
      at = at === 0 ? this.#lags - 1 : at - 1;
      const past = this.#history[start + at]!;
      if (past === value) {
        if (changed) this.#runs[runs + back]! += 1;
        const run = this.#runs[runs + back]!;
        if (run > length[watched]!) {
          length[watched] = run;
          lag[watched] = back;
        }
      } else if (!Number.isNaN(past)) this.#runs[runs + back] = 0;
    }
  }

  state(): CopiedRunState {
    return { history: [...this.#history], runs: [...this.#runs], rows: this.#rows };
  }

  restore(state: CopiedRunState): void {
    this.#history.set(state.history);
    this.#runs.set(state.runs);
    this.#rows = state.rows;
  }
}
