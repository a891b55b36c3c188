/** What a lying sensor says, given what an honest one measures now and measured before. */
import type { Chance } from "@twinward/kernel";
import type { LieShape } from "./event.ts";

const WOBBLE_PERIOD_MS = 7.3 * 3_600_000;
/** The made-up series moves by this share of its centre, and a little at random. */
const WOBBLE_SHARE = 0.06;
const JITTER_SHARE = 0.003;

export interface LieContext {
  readonly timeMs: number;
  readonly startMs: number;
  readonly endMs: number;
  /** What the instrument measures now. */
  readonly honest: number;
  /** What it measured at an earlier time; the oldest known value when that is too long ago. */
  measuredAt(timeMs: number): number;
  readonly chance: Chance;
}

export function lieOf(shape: LieShape, context: LieContext): number {
  const { timeMs, startMs, endMs, honest, chance } = context;
  switch (shape.kind) {
    case "spoof":
      return madeUp(shape.size, timeMs - startMs, chance);
    case "offset":
      return honest + shape.size;
    case "replay":
      return context.measuredAt(startMs - shape.agoMs + ((timeMs - startMs) % shape.agoMs));
    case "freeze":
      return context.measuredAt(startMs);
    case "drift":
      return honest + (shape.size * (timeMs - startMs)) / (endMs - startMs);
    case "delay":
      return context.measuredAt(timeMs - shape.byMs);
    case "noise":
      return honest + shape.size * chance.normal();
    case "constant":
      return shape.size;
  }
}

function madeUp(centre: number, sinceMs: number, chance: Chance): number {
  const wobble = WOBBLE_SHARE * Math.sin((2 * Math.PI * sinceMs) / WOBBLE_PERIOD_MS);
  return centre * (1 + wobble + JITTER_SHARE * chance.normal());
}
