/**
 * Does what runs agree with what the controller is known to do?
 *
 * Physics cannot see an actuator that really runs against policy: flows and levels agree with it. The policy can:
 * a command that contradicts its threshold, a switch without a reason, a machine that never runs in normal operation.
 * A level is known only at samples, so what it may have reached in between is reckoned from the flows on both sides.
 */
import type { LogicViolation } from "./expectation.ts";
import type { CompiledControl } from "./meter.ts";

export interface LogicSight {
  /** Place of the actuator, its element id, and the signal of its status. */
  readonly actuator: number;
  readonly id: string;
  readonly signal: number;
  /** Reported states now and one sample before; `before` is NaN when there was none. */
  readonly status: number;
  readonly before: number;
  readonly controls: readonly CompiledControl[];
  readonly neverUsed: boolean;
  readonly alwaysUsed: boolean;
  /** The state the forward run ends with, 0.5 when it depends on when the controller scanned. */
  readonly forecast: number;
}

/** Level of the deciding tank now and one sample before, and how it moves. */
export interface LevelCourse {
  readonly id: string;
  readonly before: number;
  readonly now: number;
  readonly sigma: number;
  /** Metres per second, as the flows say, at the previous sample and now. */
  readonly rateBefore: number;
  readonly rateNow: number;
  readonly byEstimate: boolean;
}

/** Deviation given to a machine that runs although it never does. */
const NEVER_USED_DEVIATION = 100;
/** Share of the movement between samples that is not known (demand and speed change on the way). */
const COURSE_DOUBT = 0.15;

export function violationsOf(
  sight: LogicSight,
  courseOf: (tank: number) => LevelCourse,
  periodSeconds: number,
  scanSeconds: number,
): LogicViolation[] {
  const found = sight.controls.flatMap((control) => thresholdViolation(sight, control, courseOf, scanSeconds));
  if (found.length === 0) found.push(...switchViolation(sight, courseOf, periodSeconds));
  found.push(...usageViolation(sight));
  return found;
}

function thresholdViolation(
  sight: LogicSight,
  control: CompiledControl,
  courseOf: (tank: number) => LevelCourse,
  scanSeconds: number,
): LogicViolation[] {
  const course = courseOf(control.tank);
  const beyond = sight.status === 1 ? course.now - control.offAbove : control.onBelow - course.now;
  if (beyond <= 0) return [];
  const overshoot = Math.max(Math.abs(course.rateBefore), Math.abs(course.rateNow)) * scanSeconds;
  const deviation = (beyond - overshoot) / (course.sigma + COURSE_DOUBT * overshoot);
  if (deviation <= 0) return [];
  return [violation(sight, "threshold", course, deviation)];
}

/** It changed: could the level have reached a threshold in between? */
function switchViolation(
  sight: LogicSight,
  courseOf: (tank: number) => LevelCourse,
  periodSeconds: number,
): LogicViolation[] {
  if (Number.isNaN(sight.before) || sight.before === sight.status || sight.controls.length === 0) return [];
  if (sight.forecast !== sight.before) return [];
  const doubts = sight.controls.map((control) => {
    const course = courseOf(control.tank);
    const threshold = sight.status === 1 ? control.onBelow : control.offAbove;
    const towards = sight.status === 1 ? -1 : 1;
    const extreme = extremeBetween(course, towards, periodSeconds);
    const moved = Math.abs(course.rateBefore) * periodSeconds;
    const short = towards * (threshold - extreme);
    return { course, deviation: short / (course.sigma + COURSE_DOUBT * moved) };
  });
  // Any control that may have asked for it excuses the switch.
  const best = doubts.reduce((a, b) => (a.deviation < b.deviation ? a : b));
  return best.deviation <= 0 ? [] : [violation(sight, "switched", best.course, best.deviation)];
}

/**
 * The farthest level between two samples when the old rate held until the switch and the new one after it.
 *
 * @param towards +1 for the highest, −1 for the lowest
 */
export function extremeBetween(course: LevelCourse, towards: number, periodSeconds: number): number {
  const before = towards * course.before;
  const now = towards * course.now;
  const rise = towards * course.rateBefore;
  const fall = towards * course.rateNow;
  const ends = Math.max(before, now);
  if (rise <= 0) return towards * ends;
  if (fall >= 0) return towards * Math.max(ends, Math.min(now, before + rise * periodSeconds));
  const peak = (periodSeconds + before / rise - now / fall) / (1 / rise - 1 / fall);
  return towards * Math.max(ends, Math.min(peak, before + rise * periodSeconds));
}

function usageViolation(sight: LogicSight): LogicViolation[] {
  const against = sight.status === 1 ? sight.neverUsed : sight.alwaysUsed;
  // What the controls ask for is normal, however rare.
  if (!against || (sight.controls.length > 0 && sight.forecast !== 1 - sight.status)) return [];
  const nowhere = { id: "", byEstimate: false };
  return [violation(sight, "never-used", nowhere, NEVER_USED_DEVIATION)];
}

function violation(
  sight: LogicSight,
  kind: LogicViolation["kind"],
  course: Pick<LevelCourse, "id" | "byEstimate">,
  deviation: number,
): LogicViolation {
  return {
    signal: sight.signal,
    actuator: sight.id,
    kind,
    measured: sight.status,
    expected: 1 - sight.status,
    tank: course.id,
    deviation,
    byEstimate: course.byEstimate,
  };
}
