/**
 * A row that has not closed yet: the first reading of each signal in its slot.
 *
 * The first reading by (event time, boot, sequence), not by arrival, so that the order of arrival cannot matter; later
 * samples of the same period stay in the log and are not judged.
 */
import { qualityNumber, type ReadingBlock } from "@twinward/kernel";
import { type AlignedRow, type FrameInput, NO_READING } from "./aligned.ts";

/** Where a reading came from. */
export interface Source {
  /** Log index. */
  readonly entry: number;
  /** Place of its device in the site. */
  readonly device: number;
  readonly boot: number;
  readonly sequence: number;
}

export interface OpenRow {
  readonly values: Float64Array;
  readonly timesMs: Float64Array;
  readonly qualities: Uint8Array;
  /** For each signal the place of its source in `sources`, or -1. */
  readonly from: Int32Array;
  readonly sources: Source[];
  /** Signals that have a reading, per device. */
  readonly filled: Int32Array;
}

const BAD = qualityNumber("bad");

export function openRow(signals: number, devices: number): OpenRow {
  return {
    values: new Float64Array(signals).fill(Number.NaN),
    timesMs: new Float64Array(signals).fill(Number.NaN),
    qualities: new Uint8Array(signals).fill(NO_READING),
    from: new Int32Array(signals).fill(-1),
    sources: [],
    filled: new Int32Array(devices),
  };
}

/** Puts reading `i` of the frame's block into the row, unless an earlier one is there. */
export function putReading(
  row: OpenRow,
  signal: number,
  frame: FrameInput,
  device: number,
  block: ReadingBlock,
  i: number,
): void {
  const timeMs = block.timesMs[i] ?? 0;
  if (row.from[signal] !== -1 && !isEarlier(row, signal, timeMs, frame)) return;
  if (row.from[signal] === -1) row.filled[device] = (row.filled[device] ?? 0) + 1;
  const quality = block.qualities[i] ?? BAD;
  // Adding zero turns -0 into 0, which a snapshot keeps.
  row.values[signal] = quality < BAD ? (block.values[i] ?? Number.NaN) + 0 : Number.NaN;
  row.timesMs[signal] = timeMs;
  row.qualities[signal] = quality;
  row.from[signal] = sourceOf(row, frame, device);
}

function isEarlier(row: OpenRow, signal: number, timeMs: number, frame: FrameInput): boolean {
  const heldMs = row.timesMs[signal] ?? 0;
  if (timeMs !== heldMs) return timeMs < heldMs;
  const held = row.sources[row.from[signal] ?? -1];
  if (held === undefined || frame.boot !== held.boot) return held === undefined || frame.boot < held.boot;
  return frame.sequence < held.sequence;
}

function sourceOf(row: OpenRow, frame: FrameInput, device: number): number {
  const last = row.sources.length - 1;
  if (row.sources[last]?.entry === frame.index) return last;
  row.sources.push({ entry: frame.index, device, boot: frame.boot, sequence: frame.sequence });
  return last + 1;
}

export function closedRow(row: OpenRow): AlignedRow {
  const used = new Map<number, number>();
  row.from.forEach((source, signal) => {
    if (source >= 0) used.set(source, Math.max(used.get(source) ?? -Infinity, row.timesMs[signal] ?? -Infinity));
  });
  const entries = [...used.keys()].map((source) => row.sources[source]?.entry ?? 0).sort((a, b) => a - b);
  return { timeMs: rowTimeMs(row, used), values: row.values, qualities: row.qualities, entries };
}

/** The lower median of the devices' newest event times: one wrong clock cannot move it. */
function rowTimeMs(row: OpenRow, used: ReadonlyMap<number, number>): number {
  const byDevice = new Map<number, number>();
  for (const [source, timeMs] of used) {
    const device = row.sources[source]?.device ?? 0;
    byDevice.set(device, Math.max(byDevice.get(device) ?? -Infinity, timeMs));
  }
  const times = [...byDevice.values()].sort((a, b) => a - b);
  return times[(times.length - 1) >> 1] ?? 0;
}
