/**
 * How fast simulated time goes, and when it ends.
 *
 * Invariant: no scenario starts with less than its limit left to run, at the pace reached so far.
 */
import type { PlacedScenario } from "@twinward/lab";
import type { Pace } from "./demo-plant.ts";
import { DEMO_START_MS } from "./demo-site.ts";

const HOUR_MS = 3_600_000;

export interface PaceOptions {
  /** Simulated per wall time; 0 is as fast as it goes. */
  readonly speed: number;
  readonly endMs: number;
  /** Wall time of `nowMs` at which the run ends; undefined is when the plan is over. */
  readonly deadlineMs: number | undefined;
  readonly plan: readonly PlacedScenario[];
  /** Wall clock, milliseconds. */
  readonly nowMs: () => number;
}

export function demoPace({ speed, endMs, deadlineMs, plan, nowMs }: PaceOptions): Pace {
  const startMs = nowMs();
  const starts = new Map(plan.map((scenario) => [scenario.startMs, scenario]));
  return {
    async go(timeMs) {
      if (timeMs >= endMs) return false;
      const passedMs = nowMs() - startMs;
      const simulatedMs = timeMs - DEMO_START_MS;
      if (deadlineMs !== undefined) {
        const left = deadlineMs - nowMs();
        const reached = passedMs > 0 ? simulatedMs / passedMs : Number.POSITIVE_INFINITY;
        const limitMs = (starts.get(timeMs)?.limitHours ?? 0) * HOUR_MS;
        if (left <= limitMs / reached) return false;
      }
      const earlyMs = speed === 0 ? 0 : simulatedMs / speed - passedMs;
      if (earlyMs > 1) await new Promise((resolve) => setTimeout(resolve, earlyMs));
      return true;
    },
  };
}
