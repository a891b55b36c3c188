/**
 * From scores to alarms: an alarm starts at 1, goes on while evidence stays above a lower mark, and bridges short gaps.
 *
 * Without the lower mark one physical cause becomes ten alarms; with too long a bridge an alarm outlives its cause.
 * Invariant: causal; an alarm row is never taken back.
 */
export interface EpisodeRules {
  /** Evidence at or above this share of a limit keeps an alarm going. */
  readonly hold: number;
  /** Evidence of this share of a limit starts an alarm at once. */
  readonly strong: number;
  /** Weaker evidence starts one when it comes again within this many rows. */
  readonly confirmRows: number;
  /** Rows without holding evidence that are bridged. */
  readonly bridgeRows: number;
}

export interface EpisodeState {
  readonly sinceMs: number;
  readonly quietRows: number;
  readonly rowsSinceHint: number;
}

/** What one row brings: scores are shares of limits. */
export interface RowScores {
  /** By statistics without memory. */
  readonly fast: number;
  /** By statistics with memory. */
  readonly slow: number;
  /** A finding that leaves no doubt: a copy, a broken limit, a contradicted command. */
  readonly plain: boolean;
  /** How far an accused signal still deviates; holds an alarm but starts none. */
  readonly standing: number;
}

const NEVER = 1_000_000;

export class Episode {
  readonly #rules: EpisodeRules;
  #sinceMs = Number.NaN;
  #quietRows = 0;
  #rowsSinceHint = NEVER;

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

  /** At once when the evidence is strong or plain; otherwise when a second row says the same soon after. */
  #starts(timeMs: number, { fast, slow, plain }: RowScores): boolean {
    const score = Math.max(fast, slow);
    const confirmed = score >= 1 && this.#rowsSinceHint <= this.#rules.confirmRows;
    this.#rowsSinceHint = score >= 1 ? 1 : this.#rowsSinceHint + 1;
    if (!(plain || confirmed || score >= this.#rules.strong)) return false;
    this.#sinceMs = timeMs;
    this.#quietRows = 0;
    return true;
  }

  #goesOn({ fast, slow, standing }: RowScores): boolean {
    const held = fast >= this.#rules.hold || slow >= 1 || standing >= 1;
    this.#quietRows = held ? 0 : this.#quietRows + 1;
    if (this.#quietRows <= this.#rules.bridgeRows) return true;
    this.#sinceMs = Number.NaN;
    this.#rowsSinceHint = NEVER;
    return false;
  }

  state(): EpisodeState {
    return {
      sinceMs: this.#sinceMs,
      quietRows: this.#quietRows,
      rowsSinceHint: this.#rowsSinceHint,
    };
  }

  restore(state: EpisodeState): void {
    this.#sinceMs = state.sinceMs;
    this.#quietRows = state.quietRows;
    this.#rowsSinceHint = state.rowsSinceHint;
  }
}
