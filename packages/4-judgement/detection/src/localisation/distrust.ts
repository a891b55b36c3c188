/**
 * Who is not believed now, and since when: signals enter as culprits and leave when they agree again.
 *
 * Distrusted signals are kept out of the water twin and replaced in the inputs of cross-prediction, so that one lie
 * does not make honest signals look false. A signal leaves after it has agreed with its estimate for some rows.
 */
export interface DistrustState {
  readonly agreeing: readonly (readonly [number, number])[];
}

/** Rows in a row within this many standard deviations that restore a signal. */
export const AGREES_Z = 3;
const AGREES_ROWS = 4;

export class Distrust {
  /** Rows of agreement so far, by signal. */
  readonly #agreeing = new Map<number, number>();

  get signals(): ReadonlySet<number> {
    return new Set(this.#agreeing.keys());
  }

  add(signal: number): void {
    if (!this.#agreeing.has(signal)) this.#agreeing.set(signal, 0);
  }

  /**
   * Moves on by one row.
   *
   * @param z largest deviation from the estimates made without it, per signal; NaN changes nothing
   * @param held signals that other evidence (a running copy) keeps distrusted
   */
  step(z: (signal: number) => number, held: (signal: number) => boolean): void {
    for (const [signal, rows] of this.#agreeing) {
      const deviation = Math.abs(z(signal));
      if (Number.isNaN(deviation)) continue;
      const agrees = deviation < AGREES_Z && !held(signal);
      if (agrees && rows + 1 >= AGREES_ROWS) this.#agreeing.delete(signal);
      else this.#agreeing.set(signal, agrees ? rows + 1 : 0);
    }
  }

  clear(): void {
    this.#agreeing.clear();
  }

  remove(signal: number): void {
    this.#agreeing.delete(signal);
  }

  state(): DistrustState {
    return { agreeing: [...this.#agreeing] };
  }

  restore(state: DistrustState): void {
    this.#agreeing.clear();
    for (const [signal, rows] of state.agreeing) this.#agreeing.set(signal, rows);
  }
}
