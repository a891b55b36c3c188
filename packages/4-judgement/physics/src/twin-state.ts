/**
 * What the twin carries from one row to the next, and its bytes.
 *
 * Invariant: the same state always gives the same bytes, and a restored twin goes on to the last digit.
 */
import { TwinwardError } from "@twinward/kernel";

export interface TwinState {
  /** Of the last row; NaN before the first. */
  timeMs: number;
  /** Demand multipliers then tank levels. */
  mean: Float64Array;
  covariance: Float64Array;
  statuses: Float64Array;
  /** Levels as used for the logic one sample ago. */
  inflows: Float64Array;
  /** Since when a tank runs without its own measurement, Unix ms; NaN when it does not. */
  openSince: Float64Array;
  /** 1 for actuators that disobeyed their controls at the last row. */
  disobeying: Float64Array;
}

const VERSION = 1;

export function emptyState(districts: number, tanks: number, actuators: number): TwinState {
  const width = districts + tanks;
  return {
    timeMs: Number.NaN,
    mean: new Float64Array(width),
    covariance: new Float64Array(width * width),
    statuses: new Float64Array(actuators),
    inflows: new Float64Array(tanks),
    openSince: new Float64Array(tanks).fill(Number.NaN),
    disobeying: new Float64Array(actuators),
  };
}

function partsOf(state: TwinState): Float64Array[] {
  return [state.mean, state.covariance, state.statuses, state.inflows, state.openSince, state.disobeying];
}

/** Little-endian doubles: version, time, then the arrays one after the other. */
export function stateBytes(state: TwinState): Uint8Array {
  const values = [VERSION, state.timeMs, ...partsOf(state).flatMap((part) => [...part])];
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, place) => {
    view.setFloat64(place * 8, value, true);
  });
  return bytes;
}

/** Reads bytes into a state of the right shape. Throws `SNAPSHOT_REFUSED` when they are of another model. */
export function readState(bytes: Uint8Array, into: TwinState): void {
  const length = 2 + partsOf(into).reduce((sum, part) => sum + part.length, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length !== length * 8 || view.getFloat64(0, true) !== VERSION) {
    throw new TwinwardError("SNAPSHOT_REFUSED", "the snapshot of the water twin belongs to another model or version");
  }
  into.timeMs = view.getFloat64(8, true);
  let at = 16;
  for (const part of partsOf(into)) {
    for (let i = 0; i < part.length; i += 1, at += 8) part[i] = view.getFloat64(at, true);
  }
}
