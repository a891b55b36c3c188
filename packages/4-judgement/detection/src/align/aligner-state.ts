/**
 * The aligner's state as bytes, and back, exactly: the same state always gives the same bytes, and a restart goes on
 * as if nothing had happened.
 */
import type { AlignerState, DeviceAlignment } from "./aligner.ts";
import type { OpenRow, Source } from "./open-row.ts";
import { decodeJson, encodeJson, jsonNumber, jsonNumbers, numberOfJson, numbersOfJson } from "./stable-json.ts";

type Stored = ReturnType<typeof jsonNumber>;

interface StoredRow {
  readonly slot: number;
  readonly values: Stored[];
  readonly timesMs: Stored[];
  readonly qualities: number[];
  readonly from: number[];
  readonly sources: Source[];
  readonly filled: number[];
}

interface StoredState {
  readonly devices: (Omit<DeviceAlignment, "arrivedMs"> & { readonly arrivedMs: Stored })[];
  readonly open: StoredRow[];
  readonly newestMs: Stored;
  readonly closedSlot: Stored;
  readonly nowMs: Stored;
}

export function encodeAlignerState(state: AlignerState): Uint8Array {
  const stored: StoredState = {
    devices: state.devices.map((device) => ({ ...device, arrivedMs: jsonNumber(device.arrivedMs) })),
    open: [...state.open].sort(([a], [b]) => a - b).map(([slot, row]) => storedRow(slot, row)),
    newestMs: jsonNumber(state.newestMs),
    closedSlot: jsonNumber(state.closedSlot),
    nowMs: jsonNumber(state.nowMs),
  };
  return encodeJson(stored);
}

export function decodeAlignerState(bytes: Uint8Array): AlignerState {
  const stored = decodeJson<StoredState>(bytes);
  return {
    devices: stored.devices.map((device) => ({ ...device, arrivedMs: numberOfJson(device.arrivedMs) })),
    open: new Map(stored.open.map((row) => [row.slot, rowOf(row)])),
    newestMs: numberOfJson(stored.newestMs),
    closedSlot: numberOfJson(stored.closedSlot),
    nowMs: numberOfJson(stored.nowMs),
  };
}

function storedRow(slot: number, row: OpenRow): StoredRow {
  return {
    slot,
    values: jsonNumbers(row.values),
    timesMs: jsonNumbers(row.timesMs),
    qualities: [...row.qualities],
    from: [...row.from],
    sources: row.sources,
    filled: [...row.filled],
  };
}

function rowOf(stored: StoredRow): OpenRow {
  return {
    values: numbersOfJson(stored.values),
    timesMs: numbersOfJson(stored.timesMs),
    qualities: Uint8Array.from(stored.qualities),
    from: Int32Array.from(stored.from),
    sources: stored.sources,
    filled: Int32Array.from(stored.filled),
  };
}
