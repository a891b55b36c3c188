/** What a verification answers: a verdict, what is wrong and where, and what was checked. */

/**
 * `anchored`: everything holds, and a head from outside the folder says so too. `consistent, NOT anchored`: everything
 * holds together, but whoever owns the folder could have rewritten all of it. `damaged`: something does not hold.
 */
export type Verdict = "anchored" | "consistent, NOT anchored" | "damaged";

/** One thing that does not hold. */
export interface Problem {
  /** Stable, UPPER_SNAKE_CASE. */
  readonly code: string;
  /** `entry 17`, a path inside the folder, or `anchor`. */
  readonly where: string;
  /** One line for a person. */
  readonly detail: string;
}

export interface VerifyReport {
  readonly verdict: Verdict;
  /** Exit code 0: not damaged, and anchored when that was required. */
  readonly ok: boolean;
  /** At most PROBLEMS_MAX, in the order found; `problemsLeftOff` says how many more there were. */
  readonly problems: readonly Problem[];
  readonly problemsLeftOff: number;
  /** Things worth knowing that are not damage, e.g. that derived files lag behind a running server. */
  readonly warnings: readonly string[];
  readonly origin: string;
  readonly timeBase: string;
  readonly site: string;
  /** The key that signed the newest checkpoint. */
  readonly logKey: string;
  readonly checked: {
    readonly entries: number;
    readonly frames: number;
    readonly bodies: number;
    readonly erased: number;
    readonly files: number;
  };
}

export const PROBLEMS_MAX = 100;
