/**
 * The five streaming checks on every reading, in typed arrays: range, rate, stuck, EWMA and CUSUM.
 *
 * They run at the door's speed on each block of readings, before any row is aligned, so they must cost tens of
 * nanoseconds: structure of arrays, one pass, no allocation. Baselines (mean and spread) are frozen; nothing here
 * adapts to what it judges. Sources: Roberts, EWMA chart (1959); Page, CUSUM (1954).
 *
 * Invariant: state after a sequence of blocks depends only on the readings in order, not on how they were cut.
 */

/** Bits of a reading's flags. */
export const STREAM_FLAGS = { range: 1, rate: 2, stuck: 4, ewma: 8, cusum: 16 } as const;

/** Frozen limits of one signal. */
export interface StreamLimits {
  readonly minimum: number;
  readonly maximum: number;
  /** Unit per millisecond; Infinity for no check. */
  readonly ratePerMsMax: number;
  /** Equal readings in a row, at most; Infinity for no check. */
  readonly sameMax: number;
  /** Clean mean and standard deviation; a spread of 0 or less switches EWMA and CUSUM off. */
  readonly mean: number;
  readonly spread: number;
  /** Largest believable EWMA and CUSUM, in standard deviations of one reading. */
  readonly ewmaMax: number;
  readonly cusumMax: number;
}

/** Weight of the newest reading in the EWMA. */
export const EWMA_WEIGHT = 0.05;
/** Drift per reading that the CUSUM forgives, in standard deviations. */
export const CUSUM_SLACK = 1;

/** Limits and state of a signal lie side by side, so that a reading touches two cache lines and not ten. */
const STRIDE = 14;
const MINIMUM = 0;
const MAXIMUM = 1;
const RATE = 2;
const SAME_MAX = 3;
const MEAN = 4;
const INVERSE = 5;
const EWMA_MAX = 6;
const CUSUM_MAX = 7;
const LAST = 8;
const LAST_MS = 9;
const SAME = 10;
const EWMA = 11;
const UP = 12;
const DOWN = 13;
const STATE_START = LAST;

export class StreamChecks {
  /** Flags of the readings of the last block, in their order. */
  flags: Uint8Array;
  readonly #cells: Float64Array;

  constructor(limits: readonly StreamLimits[]) {
    this.#cells = new Float64Array(limits.length * STRIDE);
    this.flags = new Uint8Array(1024);
    limits.forEach((limit, signal) => {
      const state = [Number.NaN, Number.NaN, 0, 0, 0, 0];
      this.#cells.set([...fixed(limit), ...state], signal * STRIDE);
    });
  }

  /**
   * Checks `count` readings; returns how many have a flag. `flags` holds them until the next call.
   *
   * @param signals numbers of the signals; each less than the number of limits
   */
  check(signals: Uint32Array, timesMs: Float64Array, values: Float64Array, count: number): number {
    if (this.flags.length < count) this.flags = new Uint8Array(count * 2);
    const cells = this.#cells;
    const flags = this.flags;
    let flagged = 0;
    for (let i = 0; i < count; i++) {
      const at = signals[i]! * STRIDE;
      const value = values[i]!;
      const timeMs = timesMs[i]!;
      if (Number.isNaN(value)) {
        flags[i] = STREAM_FLAGS.range;
        flagged++;
        continue;
      }
      let flag = value >= cells[at + MINIMUM]! && value <= cells[at + MAXIMUM]! ? 0 : STREAM_FLAGS.range;
      const moved = value - cells[at + LAST]!;
      const elapsed = timeMs - cells[at + LAST_MS]!;
      if (elapsed > 0 && (moved < 0 ? -moved : moved) > cells[at + RATE]! * elapsed) flag |= STREAM_FLAGS.rate;
      const same = moved === 0 ? cells[at + SAME]! + 1 : 0;
      if (same > cells[at + SAME_MAX]!) flag |= STREAM_FLAGS.stuck;
      const z = (value - cells[at + MEAN]!) * cells[at + INVERSE]!;
      const ewma = cells[at + EWMA]! + EWMA_WEIGHT * (z - cells[at + EWMA]!);
      if (ewma > cells[at + EWMA_MAX]! || -ewma > cells[at + EWMA_MAX]!) flag |= STREAM_FLAGS.ewma;
      let up = cells[at + UP]! + z - CUSUM_SLACK;
      let down = cells[at + DOWN]! - z - CUSUM_SLACK;
      if (up < 0) up = 0;
      if (down < 0) down = 0;
      if (up > cells[at + CUSUM_MAX]! || down > cells[at + CUSUM_MAX]!) {
        flag |= STREAM_FLAGS.cusum;
        up = 0;
        down = 0;
      }
      cells[at + LAST] = value;
      cells[at + LAST_MS] = timeMs;
      cells[at + SAME] = same;
      cells[at + EWMA] = ewma;
      cells[at + UP] = up;
      cells[at + DOWN] = down;
      flags[i] = flag;
      if (flag !== 0) flagged++;
    }
    return flagged;
  }

  /** State of all signals, for a snapshot; the limits are not part of it. */
  state(): Float64Array {
    const signals = this.#cells.length / STRIDE;
    const state = new Float64Array(signals * (STRIDE - STATE_START));
    for (let signal = 0; signal < signals; signal++) {
      state.set(
        this.#cells.subarray(signal * STRIDE + STATE_START, (signal + 1) * STRIDE),
        signal * (STRIDE - STATE_START),
      );
    }
    return state;
  }

  restore(state: Float64Array): void {
    const width = STRIDE - STATE_START;
    for (let signal = 0; signal * STRIDE < this.#cells.length; signal++) {
      this.#cells.set(state.subarray(signal * width, (signal + 1) * width), signal * STRIDE + STATE_START);
    }
  }
}

function fixed(limit: StreamLimits): number[] {
  const inverse = limit.spread > 0 ? 1 / limit.spread : 0;
  return [
    limit.minimum,
    limit.maximum,
    limit.ratePerMsMax,
    limit.sameMax,
    limit.mean,
    inverse,
    limit.ewmaMax,
    limit.cusumMax,
  ];
}
