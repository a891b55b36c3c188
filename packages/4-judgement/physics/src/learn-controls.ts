/**
 * Which machines run, and at which levels, as clean data shows it.
 *
 * A site's thresholds come from a drawing or a model file; the controller may have been set otherwise since. Each
 * sample of a running pump says "not yet off at this level", each switch says "off somewhere on this hour's way". Only
 * a threshold outside what the data allow is moved, so that a correct site stays as it was written.
 */
import type { LevelControl, Site } from "@twinward/plant";
import { quantile } from "./spread.ts";

/** One row of clean data; values by signal number, NaN where missing. */
export interface CleanRow {
  readonly timeMs: number;
  readonly values: Float64Array;
}

/** Fewer switches than this teach nothing about a threshold. */
const SWITCHES_MIN = 5;
/** Thresholds are written in steps of this, metres. */
const THRESHOLD_STEP = 0.05;
/** Deviation of a site's threshold from what the data allow that is put down to instruments, metres. */
const TOLERANCE = 0.1;

export function usageOf(site: Site, rows: readonly CleanRow[]): { neverUsed: string[]; alwaysUsed: string[] } {
  const statuses = site.signals.filter((signal) => signal.kind === "status");
  const seen = (number: number, state: number) => rows.some((row) => row.values[number] === state);
  return {
    neverUsed: statuses.filter((signal) => !seen(signal.number, 1)).map((signal) => signal.element),
    alwaysUsed: statuses.filter((signal) => !seen(signal.number, 0)).map((signal) => signal.element),
  };
}

export function learnControls(site: Site, rows: readonly CleanRow[]): LevelControl[] {
  const controls = site.behaviour.kind === "epanet" ? site.behaviour.controls : [];
  return controls.map((control) => {
    const level = site.signals.find((s) => s.kind === "level" && s.element === control.tank)?.number;
    const status = site.signals.find((s) => s.kind === "status" && s.element === control.actuator)?.number;
    if (level === undefined || status === undefined) return control;
    const others = controls.filter((c) => c !== control && c.actuator === control.actuator);
    if (others.length > 0) return control;
    const course = rows.map((row) => ({ level: row.values[level]!, status: row.values[status]! }));
    const offAbove = threshold(course, control.offAbove);
    const mirrored = course.map((each) => ({ level: -each.level, status: 1 - each.status }));
    return { ...control, offAbove, onBelow: -threshold(mirrored, -control.onBelow) };
  });
}

interface Sample {
  readonly level: number;
  readonly status: number;
}

/** The level above which status 1 turns to 0. */
function threshold(course: readonly Sample[], stated: number): number {
  const held = course.filter((each) => each.status === 1).map((each) => each.level);
  const rises = course.flatMap((each, k) => {
    const next = course[k + 1];
    return next !== undefined && each.status === 1 && next.status === 1 ? [next.level - each.level] : [];
  });
  const switches = course.filter((each, k) => each.status === 1 && course[k + 1]?.status === 0);
  if (switches.length < SWITCHES_MIN || held.length < SWITCHES_MIN) return stated;
  // What was still on, and how far it can have come within the period in which it went off.
  const lowest = quantile(held, 0.999);
  const reach = Math.max(0, quantile(rises, 0.98));
  const highest =
    quantile(
      switches.map((each) => each.level),
      0.02,
    ) + reach;
  if (stated >= lowest - TOLERANCE && stated <= Math.max(highest, lowest) + TOLERANCE) return stated;
  const rounded = Math.ceil(lowest / THRESHOLD_STEP - 1e-6) * THRESHOLD_STEP;
  return Number(rounded.toFixed(3));
}
