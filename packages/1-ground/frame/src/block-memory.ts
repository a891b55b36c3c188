/** Memory for a block of readings: one allocation for all its arrays. */
import type { ReadingBlock } from "@twinward/kernel";

const BYTES_PER_READING = 8 + 8 + 4 + 1;

export function allocateBlock(count: number, names: readonly string[]): ReadingBlock {
  const buffer = new ArrayBuffer(BYTES_PER_READING * count);
  return {
    names,
    timesMs: new Float64Array(buffer, 0, count),
    values: new Float64Array(buffer, 8 * count, count),
    signals: new Uint32Array(buffer, 16 * count, count),
    qualities: new Uint8Array(buffer, 20 * count, count),
  };
}
