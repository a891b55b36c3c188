/** Learns the limits of the streaming checks from clean rows: what was reached on them, with room above. */
import type { Signal } from "@twinward/plant";
import { CUSUM_SLACK, EWMA_WEIGHT, type StreamLimits } from "./stream-checks.ts";

/** Room above the largest figure seen on clean rows. */
const ROOM = 1.5;
const SAME_MIN = 12;

/** One pass over rows in time order. The site's own limits win where they are stated. */
export function learnStreamLimits(signals: readonly Signal[], rows: readonly Float64Array[]): StreamLimits[] {
  return signals.map((signal) => {
    const values = Float64Array.from(rows, (row) => row[signal.number]!).filter((value) => !Number.isNaN(value));
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length));
    const reached = reachedBy(values, mean, spread);
    return {
      minimum: signal.minimum,
      maximum: signal.maximum,
      ratePerMsMax: signal.rateMax === undefined ? Number.MAX_VALUE : signal.rateMax / 1000,
      sameMax: Math.max(SAME_MIN, Math.ceil(ROOM * reached.same)),
      mean: short(mean),
      spread: short(spread),
      ewmaMax: short(Math.max(1, ROOM * reached.ewma)),
      cusumMax: short(Math.max(12, ROOM * reached.cusum)),
    };
  });
}

/** Same recursions as the checks themselves, without limits. */
function reachedBy(values: Float64Array, mean: number, spread: number): { same: number; ewma: number; cusum: number } {
  const most = { same: 0, ewma: 0, cusum: 0 };
  let same = 0;
  let ewma = 0;
  let up = 0;
  let down = 0;
  for (let i = 0; i < values.length; i++) {
    const z = spread > 0 ? (values[i]! - mean) / spread : 0;
    same = i > 0 && values[i] === values[i - 1] ? same + 1 : 0;
    ewma += EWMA_WEIGHT * (z - ewma);
    up = Math.max(0, up + z - CUSUM_SLACK);
    down = Math.max(0, down - z - CUSUM_SLACK);
    most.same = Math.max(most.same, same);
    most.ewma = Math.max(most.ewma, Math.abs(ewma));
    most.cusum = Math.max(most.cusum, up, down);
  }
  return most;
}

function short(value: number): number {
  return Number(value.toPrecision(6));
}
