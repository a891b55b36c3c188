/**
 * The aligner's state as bytes, and back, exactly: the same state always gives the same bytes, and a restart goes on
 * as if nothing had happened.
 */
import { assert } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import type { Segment } from "./device-chain.ts";
import type { OpenRow, Source } from "./open-row.ts";
import { decodeJson, encodeJson, jsonNumber, jsonNumbers, numberOfJson, numbersOfJson } from "./stable-json.ts";

/** What is known of one device. */
export interface DeviceAlignment {
  segments: Segment[];
  /** Newest arrival, Unix milliseconds; -Infinity before the first. */
  arrivedMs: number;
  silent: boolean;
  /** Waited for before a row closes. */
  expected: boolean;
  /** The newest closed row that had all its signals; -Infinity before the first. */
  fullSlot: number;
}

/** All state between two entries. */
export interface AlignerState {
  readonly devices: DeviceAlignment[];
  /** By slot. */
  readonly open: Map<number, OpenRow>;
  /** Newest event time or tick. */
  newestMs: number;
  /** Rows of this slot and all before are closed. */
  closedSlot: number;
  /** Newest arrival time in the log. */
  nowMs: number;
}

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

interface StoredDevice {
  readonly id: string;
  readonly segments: Segment[];
  readonly arrivedMs: Stored;
  readonly silent: boolean;
  readonly expected: boolean;
  readonly fullSlot: Stored;
}

interface StoredState {
  readonly site: string;
  readonly devices: StoredDevice[];
  readonly open: StoredRow[];
  readonly newestMs: Stored;
  readonly closedSlot: Stored;
  readonly nowMs: Stored;
}

export function encodeAlignerState(state: AlignerState, site: Site): Uint8Array {
  const stored: StoredState = {
    site: site.digest,
    devices: state.devices.map((device, number) => storedDevice(device, site.devices[number]?.id ?? "")),
    open: [...state.open].sort(([a], [b]) => a - b).map(([slot, row]) => storedRow(slot, row)),
    newestMs: jsonNumber(state.newestMs),
    closedSlot: jsonNumber(state.closedSlot),
    nowMs: jsonNumber(state.nowMs),
  };
  return encodeJson(stored);
}

/**
 * Goes on from `fresh`. A snapshot of another version of the site keeps what is known of devices that still exist and
 * which rows are closed; the values of rows that were open are dropped, since signals may have changed their numbers.
 */
export function decodeAlignerState(bytes: Uint8Array, site: Site, fresh: AlignerState): AlignerState {
  const stored = decodeJson<StoredState>(bytes);
  const byId = new Map(stored.devices.map((device) => [device.id, device]));
  const rows = stored.site === site.digest ? stored.open : [];
  return {
    devices: site.devices.map((device, number) => deviceOf(byId.get(device.id)) ?? freshDevice(fresh, number)),
    open: new Map(rows.map((row) => [row.slot, rowOf(row)])),
    newestMs: numberOfJson(stored.newestMs),
    closedSlot: numberOfJson(stored.closedSlot),
    nowMs: numberOfJson(stored.nowMs),
  };
}

function freshDevice(fresh: AlignerState, number: number): DeviceAlignment {
  const device = fresh.devices[number];
  assert(device !== undefined, "a fresh state has every device of the site");
  return device;
}

function storedDevice(device: DeviceAlignment, id: string): StoredDevice {
  const { segments, arrivedMs, silent, expected, fullSlot } = device;
  return { id, segments, arrivedMs: jsonNumber(arrivedMs), silent, expected, fullSlot: jsonNumber(fullSlot) };
}

function deviceOf(stored: StoredDevice | undefined): DeviceAlignment | undefined {
  if (stored === undefined) return undefined;
  const { segments, arrivedMs, silent, expected, fullSlot } = stored;
  return { segments, arrivedMs: numberOfJson(arrivedMs), silent, expected, fullSlot: numberOfJson(fullSlot) };
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
