/**
 * From scores to alarms: an alarm starts at 1, goes on while evidence stays above a lower mark, and bridges short gaps.
 *
 * Without the lower mark one physical cause becomes ten alarms; with too long a bridge an alarm outlives its cause.
 * Invariant: causal; an alarm row is never taken back.
 */
export interface EpisodeRules {
  /** Evidence at or above this share of a limit keeps an alarm going. */
  readonly hold: number;
  /** Evidence that is not plain starts an alarm when it comes again, not sooner and not later than so many rows. */
  readonly confirmRowsMin: number;
  readonly confirmRows: number;
  /** Rows without holding evidence that are bridged. */
  readonly bridgeRows: number;
}

export interface EpisodeState {
  readonly sinceMs: number;
  readonly quietRows: number;
  readonly hints: readonly number[];
}

/** What one row brings: scores are shares of limits. */
export interface RowScores {
  /** By statistics without memory. */
  readonly fast: number;
  /** By statistics with memory. */
  readonly slow: number;
  /** A finding that needs no second row. */
  readonly plain: boolean;
  /** How far an accused signal still deviates; holds an alarm but starts none. */
  readonly standing: number;
}

export class Episode {
  readonly #rules: EpisodeRules;
  #sinceMs = Number.NaN;
  #quietRows = 0;
  /** How many rows ago evidence was beyond a limit, for as long as it may be confirmed. */
  #hints: readonly number[] = [];

  constructor(rules: EpisodeRules) {
    this.#rules = rules;
  }

  /** Start of the running alarm, Unix milliseconds; NaN when there is none. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Whether this row is in alarm. */
  step(timeMs: number, evidence: RowScores): boolean {
    return Number.isNaN(this.#sinceMs) ? this.#starts(timeMs, evidence) : this.#goesOn(evidence);
  }

  /**
   * At once when the evidence is plain; otherwise when a second row says the same soon after, but not right after: what
   * startles one row stands in the inputs of the next.
   */
  #starts(timeMs: number, { fast, slow, plain }: RowScores): boolean {
    const score = Math.max(fast, slow);
    const { confirmRowsMin, confirmRows } = this.#rules;
    const confirmed = score >= 1 && this.#hints.some((rows) => rows >= confirmRowsMin);
    this.#hints = [...this.#hints, ...(score >= 1 ? [0] : [])].map((rows) => rows + 1).filter((r) => r <= confirmRows);
    if (!(plain || confirmed)) return false;
    this.#sinceMs = timeMs;
    this.#quietRows = 0;
    return true;
  }

  #goesOn({ fast, slow, standing }: RowScores): boolean {
    const held = fast >= this.#rules.hold || slow >= 1 || standing >= 1;
    this.#quietRows = held ? 0 : this.#quietRows + 1;
    if (this.#quietRows <= this.#rules.bridgeRows) return true;
    this.#sinceMs = Number.NaN;
    this.#hints = [];
    return false;
  }

  state(): EpisodeState {
    return {
      sinceMs: this.#sinceMs,
      quietRows: this.#quietRows,
      hints: this.#hints,
    };
  }

  restore(state: EpisodeState): void {
    this.#sinceMs = state.sinceMs;
    this.#quietRows = state.quietRows;
    this.#hints = state.hints;
  }
}
