/**
 * What a part of the trial found, and how the parts of one test become one.
 *
 * A miss is a sentence: a promise of the product that did not hold, with the seed that shows it again. What could not be
 * tried here is `notRun`, which is never the same as passed.
 */

export type Figure = number | string | boolean | readonly string[] | Figures;
export interface Figures {
  readonly [name: string]: Figure;
}

export interface Outcome {
  readonly figures: Figures;
  /** Bounded; `missCount` is not. */
  readonly misses: readonly string[];
  readonly missCount: number;
  /** Why something was not tried on this machine. */
  readonly notRun: readonly string[];
}

export interface TrialOrder {
  readonly seed: number;
  /** Kills, cuts, flips a kind, inputs a parser: what the test counts. */
  readonly count: number;
  /** An empty folder on a disk that keeps its word about fsync; removed afterwards. */
  readonly dir: string;
  /** One line of progress. */
  readonly say: (line: string) => void;
}

const MISSES_SHOWN_MAX = 40;
const NAMES_SHOWN_MAX = 60;

/** Collects misses while a part runs. */
export class Misses {
  readonly #shown: string[] = [];
  #count = 0;

  add(...texts: readonly string[]): void {
    this.#count += texts.length;
    this.#shown.push(...texts.slice(0, Math.max(0, MISSES_SHOWN_MAX - this.#shown.length)));
  }

  get count(): number {
    return this.#count;
  }

  outcome(figures: Figures, notRun: readonly string[] = []): Outcome {
    return { figures, misses: this.#shown, missCount: this.#count, notRun };
  }
}

/** Sums what is counted, keeps the greatest of what ends in `Max`, the least of what ends in `Min`. */
export function mergeOutcomes(parts: readonly Outcome[]): Outcome {
  return {
    figures: parts.map((part) => part.figures).reduce(mergeFigures, {}),
    misses: parts.flatMap((part) => part.misses).slice(0, MISSES_SHOWN_MAX),
    missCount: parts.reduce((sum, part) => sum + part.missCount, 0),
    notRun: [...new Set(parts.flatMap((part) => part.notRun))],
  };
}

function mergeFigures(left: Figures, right: Figures): Figures {
  const merged: Record<string, Figure> = { ...left };
  for (const [name, value] of Object.entries(right)) merged[name] = mergeFigure(name, left[name], value);
  return merged;
}

function mergeFigure(name: string, left: Figure | undefined, right: Figure): Figure {
  if (left === undefined) return right;
  if (typeof left === "number" && typeof right === "number") {
    if (name.endsWith("Max")) return Math.max(left, right);
    return name.endsWith("Min") ? Math.min(left, right) : rounded(left + right);
  }
  if (isNames(left) && isNames(right)) return [...new Set([...left, ...right])].slice(0, NAMES_SHOWN_MAX);
  if (isFigures(left) && isFigures(right)) return mergeFigures(left, right);
  return right;
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;
const isNames = (figure: Figure): figure is readonly string[] => Array.isArray(figure);
const isFigures = (figure: Figure): figure is Figures => typeof figure === "object" && !Array.isArray(figure);
