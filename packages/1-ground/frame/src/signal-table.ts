/**
 * The signal table: what the signal numbers of a device's frames mean, with units.
 *
 * Deterministic CBOR `{"v": 1, "device": id, "signals": [[name, UCUM unit], …]}`. It is an entry of the log and each
 * frame carries its SHA-256, so that numbers can never quietly change their meaning.
 */
import { equalBytes, isRefusal, sha256 } from "@twinward/kernel";
import { type CborValue, decodeCbor, encodeCbor } from "./cbor-value.ts";
import { type FrameRefusal, refuseFrame } from "./refusals.ts";

/** Name and UCUM unit. */
export type SignalTableRow = readonly [name: string, unit: string];

export interface SignalTable {
  readonly device: string;
  readonly signals: readonly SignalTableRow[];
  /** The names alone, by signal number. */
  readonly names: readonly string[];
  /** UCUM unit by name. */
  readonly units: ReadonlyMap<string, string>;
  /** The very bytes that are hashed. */
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

export const TABLE_SIGNALS_MAX = 65_536;

/** Names must be unique; the caller made them. */
export function encodeSignalTable(device: string, signals: readonly SignalTableRow[]): SignalTable {
  const map = new Map<string, CborValue>([
    ["v", 1],
    ["device", device],
    ["signals", signals],
  ]);
  const bytes = encodeCbor(map);
  return {
    device,
    signals,
    names: signals.map(([name]) => name),
    units: new Map(signals),
    bytes,
    digest: Uint8Array.from(sha256(bytes)),
  };
}

export function decodeSignalTable(bytes: Uint8Array): SignalTable | FrameRefusal {
  const value = decodeCbor(bytes);
  if (isRefusal(value)) return value as FrameRefusal;
  if (!(value instanceof Map)) return refuseFrame("TABLE_INVALID");
  const device: unknown = value.get("device");
  const rows = rowsOf(value.get("signals"));
  if (typeof device !== "string" || rows === undefined) return refuseFrame("TABLE_INVALID");
  const table = encodeSignalTable(device, rows);
  const isExact = table.units.size === rows.length && equalBytes(table.bytes, bytes);
  return isExact ? table : refuseFrame("TABLE_INVALID");
}

function rowsOf(value: unknown): SignalTableRow[] | undefined {
  if (!Array.isArray(value) || value.length > TABLE_SIGNALS_MAX) return undefined;
  return value.every(isRow) ? value : undefined;
}

function isRow(value: unknown): value is SignalTableRow {
  return Array.isArray(value) && value.length === 2 && value.every((text) => typeof text === "string");
}
