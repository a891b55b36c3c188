/** What the parts of a score mean for alarms and verdicts, by the name of their statistic. */
import type { Widening } from "./notices.ts";
import type { Part } from "./score.ts";

/** Evidence at or above this share of a limit keeps an alarm going. */
export const HOLD = 0.6;

/** Findings that need no second row: they are counted, not estimated. */
const PLAIN = /^(copied|frozen|limits|control-logic)/;
/** A level leaps once and is consistent afterwards: a second row would not say it again. */
const LEAP = /^mass-balance signal/;
const LEAP_RATIO = 1.3;
/** Share of a limit from which evidence of two voices needs no second row. */
const STRONG = 3;
const DISOBEDIENCE = /^control-logic (threshold|switched|never-used)/;

export function isPlain({ name, ratio }: Part): boolean {
  return (ratio >= 1 && PLAIN.test(name)) || (ratio >= LEAP_RATIO && LEAP.test(name));
}

/** Strong evidence that two voices of their own give together: one alone may be startled by one row. */
export function isAgreed(parts: readonly Part[]): boolean {
  const beyond = new Set(parts.flatMap(({ name, ratio }) => (ratio >= 1 ? [name.split(" ")[0]] : [])));
  return beyond.size >= 2 && (parts[0]?.ratio ?? 0) >= STRONG;
}

/** A deviation from something expected, strong enough to ask who explains it. */
export function isDeviation({ name, ratio }: Part): boolean {
  return ratio >= HOLD && !PLAIN.test(name);
}

/** An actuator contradicts its logic, beyond its limit. */
export function isDisobedience({ name, ratio }: Part): boolean {
  return ratio >= 1 && DISOBEDIENCE.test(name);
}

export function isUnplannedDisobedience(part: Part, planned: Widening): boolean {
  return isDisobedience(part) && !planned.notified.has(part.signal);
}

/** The largest share of a limit among the slow or the fast parts. */
export function most(parts: readonly Part[], slow: boolean): number {
  return parts.reduce((max, part) => (part.slow === slow && part.ratio > max ? part.ratio : max), 0);
}
