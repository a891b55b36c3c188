/**
 * The PLC's control logic: each actuator goes on below one level of its tank and off above another.
 *
 * It acts on the level it is told, not on the true one: a lie inside the control loop moves pumps.
 */
import type { LevelControl } from "@twinward/plant";

export interface Thresholds {
  readonly onBelow: number;
  readonly offAbove: number;
}

/** What one control wants (a threshold itself counts, as in EPANET), given what it wanted before. A level that is not a number changes nothing. */
export function wanted(control: Thresholds, level: number, before: number): number {
  if (level <= control.onBelow) return 1;
  if (level >= control.offAbove) return 0;
  // A pump that somebody slowed is on as far as its PLC knows.
  return before > 0 ? 1 : 0;
}

/** Commands of all controls, in their order. */
export function commandsOf(
  controls: readonly LevelControl[],
  thresholds: ReadonlyMap<string, Thresholds>,
  levelOf: (tank: string) => number,
  before: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map(
    controls.map((control) => {
      const { actuator, tank } = control;
      return [actuator, wanted(thresholds.get(actuator) ?? control, levelOf(tank), before.get(actuator) ?? 0)];
    }),
  );
}
