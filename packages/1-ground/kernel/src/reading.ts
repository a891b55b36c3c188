/**
 * A block of readings in columns: what both payload profiles decode to.
 *
 * Invariant: all arrays have the same length, 1 to READINGS_MAX; values are finite.
 */
export interface ReadingBlock {
  /** Names of the signals that occur, each once. */
  readonly names: readonly string[];
  /** For each reading, the index of its signal in `names`. */
  readonly signals: Uint32Array;
  /** Event times, Unix milliseconds. */
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  /** Wire numbers of QUALITIES. */
  readonly qualities: Uint8Array;
}

/** One value of one signal. The comfortable form; hot paths keep to blocks. */
export interface Reading {
  readonly signal: string;
  readonly timeMs: number;
  readonly value: number;
  readonly quality: number;
}

/** Most readings one frame may carry. */
export const READINGS_MAX = 10_000;

/** Builds a block from single readings, keeping their order. */
export function blockOf(readings: readonly Reading[]): ReadingBlock {
  const names = [...new Set(readings.map((reading) => reading.signal))];
  const indexOf = new Map(names.map((name, index) => [name, index]));
  return {
    names,
    signals: Uint32Array.from(readings, (reading) => indexOf.get(reading.signal) ?? 0),
    timesMs: Float64Array.from(readings, (reading) => reading.timeMs),
    values: Float64Array.from(readings, (reading) => reading.value),
    qualities: Uint8Array.from(readings, (reading) => reading.quality),
  };
}

/** The single readings of a block, in order. */
export function readingsOf(block: ReadingBlock): Reading[] {
  return Array.from(block.values, (value, i) => ({
    signal: block.names[block.signals[i] ?? 0] ?? "",
    timeMs: block.timesMs[i] ?? 0,
    value,
    quality: block.qualities[i] ?? 0,
  }));
}
