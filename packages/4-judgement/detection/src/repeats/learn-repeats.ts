/** Learns how long clean data repeats or rests by chance; the judge asks for clearly more. */
import { COPY_LAGS_MAX, CopiedRuns } from "./copied-run.ts";
import { FrozenRuns } from "./frozen-run.ts";

export interface RepeatLimits {
  /** Signals watched for copies and freezes, by number: those that take many values. */
  readonly signals: readonly number[];
  /** Changing rows of exact repetition that are no accident any more, per watched signal. */
  readonly copiedMin: readonly number[];
  /** Rows without change that are no accident any more, per watched signal. */
  readonly frozenMin: readonly number[];
  /** Values at which a watched signal often rests, per watched signal. */
  readonly rests: readonly (readonly number[])[];
}

/** A value seen on more than this share of clean rows is a resting value. */
const REST_SHARE = 0.02;
const DISTINCT_MIN = 20;
const COPIED_MIN = 4;
const COPIED_MAX = 60;
/** Chance copies per signal and 30 days that are accepted. */
const COPIES_PER_30_DAYS = 0.001;
/** A length counts as well known when it occurred at least this often. */
const COUNT_MIN = 10;
const FROZEN_MIN = 6;

export function learnRepeats(rows: readonly Float64Array[], rowsPer30Days: number): RepeatLimits {
  const counts = Array.from({ length: rows[0]?.length ?? 0 }, (_, signal) => valueCounts(rows, signal));
  const signals = counts.flatMap((count, signal) => (count.size >= DISTINCT_MIN ? [signal] : []));
  const rests = signals.map((signal) => restsOf(counts[signal]!));
  /** How often a copy reached each length, per watched signal. */
  const reached = signals.map(() => new Float64Array(COPIED_MAX + 1));
  const frozen = new Float64Array(signals.length);
  const copies = new CopiedRuns(signals, COPY_LAGS_MAX);
  const freezes = new FrozenRuns(counts.length);
  const restsAt = restTest(signals, rests);
  for (const row of rows) {
    const { length } = copies.step(row);
    const still = freezes.step(row, restsAt);
    signals.forEach((signal, watched) => {
      const run = Math.min(COPIED_MAX, length[watched]!);
      for (let k = 1; k <= run; k++) reached[watched]![k]! += 1;
      frozen[watched] = Math.max(frozen[watched]!, still[signal]!);
    });
  }
  return {
    signals,
    copiedMin: reached.map((counts) => copiedMinOf(counts, (COPIES_PER_30_DAYS * rows.length) / rowsPer30Days)),
    frozenMin: Array.from(frozen, (longest) => Math.max(FROZEN_MIN, Math.ceil(1.5 * longest) + 1)),
    rests,
  };
}

/**
 * Chance copies get rarer with length by a nearly constant factor; the limit is where they would be rarer than
 * accepted, and longer than any seen.
 */
function copiedMinOf(reached: Float64Array, accepted: number): number {
  let known = 1;
  while (known < COPIED_MAX && reached[known + 1]! >= COUNT_MIN) known++;
  const count = Math.max(reached[known]!, accepted);
  const factor = Math.min(0.9, Math.max(0.05, known > 1 ? reached[known]! / reached[known - 1]! : 0.3));
  const longest = reached.findLastIndex((times) => times > 0);
  const length = known + Math.ceil(Math.log(accepted / count) / Math.log(factor));
  return Math.min(COPIED_MAX, Math.max(COPIED_MIN, length, longest + 1));
}

/** True when the watched signal often rests at this value. */
export function restTest(
  signals: readonly number[],
  rests: readonly (readonly number[])[],
): (signal: number, value: number) => boolean {
  const bySignal = new Map(signals.map((signal, watched) => [signal, new Set(rests[watched])]));
  return (signal, value) => bySignal.get(signal)?.has(value) ?? true;
}

function valueCounts(rows: readonly Float64Array[], signal: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const row of rows) {
    const value = row[signal]!;
    if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

function restsOf(counts: ReadonlyMap<number, number>): number[] {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .filter(([, count]) => count > REST_SHARE * total)
    .map(([value]) => value)
    .sort((left, right) => left - right);
}
