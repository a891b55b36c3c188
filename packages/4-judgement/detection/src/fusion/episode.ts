/**
 * From scores to alarms: an alarm starts at 1, goes on while evidence stays above a lower mark, and bridges short gaps.
 *
 * Without the lower mark one physical cause becomes ten alarms; with too long a bridge an alarm outlives its cause.
 * Invariant: causal; an alarm row is never taken back.
 */
export interface EpisodeRules {
  /** Evidence at or above this share of a limit keeps an alarm going. */
  readonly hold: number;
  /** Rows without holding evidence that are bridged. */
  readonly bridgeRows: number;
  /** Most rows that slow evidence alone may keep an alarm going. */
  readonly slowRows: number;
}

export interface EpisodeState {
  readonly sinceMs: number;
  readonly quietRows: number;
  readonly slowRows: number;
}

export class Episode {
  readonly #rules: EpisodeRules;
  #sinceMs = Number.NaN;
  #quietRows = 0;
  #slowRows = 0;

  constructor(rules: EpisodeRules) {
    this.#rules = rules;
  }

  /** Start of the running alarm, Unix milliseconds; NaN when there is none. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /**
   * @param fast score by statistics without memory
   * @param slow score by statistics with memory
   * @param standing how far an accused signal still deviates; holds an alarm but starts none
   * @returns whether this row is in alarm
   */
  step(timeMs: number, fast: number, slow: number, standing = 0): boolean {
    const score = Math.max(fast, slow);
    if (Number.isNaN(this.#sinceMs)) {
      if (score < 1) return false;
      this.#sinceMs = timeMs;
      this.#quietRows = 0;
      this.#slowRows = 0;
      return true;
    }
    const held = fast >= this.#rules.hold || standing >= 1;
    this.#slowRows = held ? 0 : this.#slowRows + 1;
    const slowHeld = slow >= 1 && this.#slowRows <= this.#rules.slowRows;
    this.#quietRows = held || slowHeld ? 0 : this.#quietRows + 1;
    if (this.#quietRows <= this.#rules.bridgeRows) return true;
    this.#sinceMs = Number.NaN;
    return false;
  }

  state(): EpisodeState {
    return { sinceMs: this.#sinceMs, quietRows: this.#quietRows, slowRows: this.#slowRows };
  }

  restore(state: EpisodeState): void {
    this.#sinceMs = state.sinceMs;
    this.#quietRows = state.quietRows;
    this.#slowRows = state.slowRows;
  }
}
