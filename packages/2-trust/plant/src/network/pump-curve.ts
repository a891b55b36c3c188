/**
 * What a pump curve bounds: the most water and the most head.
 *
 * Upper bounds, not the curve EPANET fits: head curves bend down, so a straight line through the outer two points
 * lies above them. A curve of one point follows EPANET 2.2 (section 3.2): shut-off head 4/3, most flow twice.
 */
import type { CurvePoint } from "./network.ts";

export interface PumpBounds {
  /** Litres per second at no head. */
  readonly flowMax: number;
  /** Metres at no flow. */
  readonly headMax: number;
}

export function pumpBounds(curve: readonly CurvePoint[]): PumpBounds | undefined {
  const [first, second] = curve;
  if (first === undefined) return undefined;
  if (second === undefined) return { flowMax: 2 * first.flow, headMax: (4 / 3) * first.head };
  const last = curve.at(-1) as CurvePoint;
  const before = curve.at(-2) as CurvePoint;
  const fallsFirst = (first.head - second.head) / (second.flow - first.flow);
  const fallsLast = (before.head - last.head) / (last.flow - before.flow);
  const bounds = { flowMax: last.flow + last.head / fallsLast, headMax: first.head + first.flow * fallsFirst };
  return bounds.flowMax > 0 && bounds.headMax > 0 && Number.isFinite(bounds.flowMax + bounds.headMax)
    ? bounds
    : undefined;
}
