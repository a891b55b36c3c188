/** A plant for benchmarks: 50 devices with 100 signals each, and their frames, signed before the clock starts. */
import {
  COLUMNS_TYPE,
  CTI_BYTES,
  encodeColumns,
  encodeFrame,
  encodeSenmlFor,
  encodeSignalTable,
  SENML_TYPE,
  type SignalTable,
  type Signer,
  signerFromSeed,
  ZERO_DIGEST,
} from "@twinward/frame";
import { type Chance, type ReadingBlock, seededChance } from "@twinward/kernel";
import type { Signal, Site } from "@twinward/plant";

export const DEVICES = 50;
export const SIGNALS_PER_DEVICE = 100;
export const BENCH_START_MS = Date.UTC(2026, 0, 1);
const SAMPLE_PERIOD_MS = 1_000;
const NO_RULES: Signal["rules"] = [];

export interface BenchDevice {
  readonly id: string;
  readonly signer: Signer;
  readonly table: SignalTable;
}

export function benchSite(deviceCount = DEVICES): Site {
  const signalsOf = Array.from({ length: deviceCount }, (_, d) =>
    Array.from({ length: SIGNALS_PER_DEVICE }, (_, s) => benchSignal(`device-${d}`, d * SIGNALS_PER_DEVICE + s)),
  );
  return {
    id: "bench",
    title: "Bench",
    timeZone: "UTC",
    digest: "",
    files: [],
    zones: [],
    conduits: [],
    assets: [],
    modes: [],
    devices: signalsOf.map((signals, d) => ({
      id: `device-${d}`,
      title: `device-${d}`,
      zone: "",
      asset: "",
      signedAt: "device",
      signals: signals.map((signal) => signal.id),
    })),
    signals: signalsOf.flat(),
    behaviour: { kind: "none" },
    csv: { delimiter: ",", timeColumn: "time", timeFormat: "iso", labelColumn: undefined },
    samplePeriodMs: SAMPLE_PERIOD_MS,
    latenessMsMax: 60_000,
    aheadMsMax: 60_000,
    openLinkMsMax: 60_000,
  };
}

function benchSignal(device: string, number: number): Signal {
  const id = `zone1/${device}/p${number}`;
  return {
    id,
    number,
    title: id,
    device,
    element: id,
    kind: "other",
    unit: "m",
    minimum: -50,
    maximum: 1500,
    resolution: 0.001,
    accuracy: 1,
    classification: "internal",
    rateMax: undefined,
    flatlineMsMax: undefined,
    enum: undefined,
    rules: NO_RULES,
  };
}

export function benchDevices(site: Site, seed: number): BenchDevice[] {
  const chance = seededChance(seed);
  return site.devices.map(({ id, signals }) => ({
    id,
    signer: signerFromSeed(chance.bytes(32)),
    table: encodeSignalTable(
      id,
      signals.map((name) => [name, "m"]),
    ),
  }));
}

export interface FrameOrder {
  readonly site: Site;
  readonly devices: readonly BenchDevice[];
  readonly readings: number;
  readonly profile: "columns" | "senml";
  readonly seed: number;
}

/** Round robin over the devices, each chain unbroken; a call gives the next frame. */
export function frameSource(order: FrameOrder): () => Uint8Array {
  const chance = seededChance(order.seed);
  const previous = order.devices.map(() => ZERO_DIGEST);
  let made = 0;
  return () => {
    const d = made % order.devices.length;
    const frame = signed(order, d, Math.floor(made / order.devices.length), previous[d] ?? ZERO_DIGEST, chance);
    previous[d] = frame.digest;
    made += 1;
    return frame.bytes;
  };
}

export function signedFrames(order: FrameOrder & { readonly frames: number }): Uint8Array[] {
  return Array.from({ length: order.frames }, frameSource(order));
}

function signed(
  { site, devices, readings, profile }: FrameOrder,
  d: number,
  sequence: number,
  previous: Uint8Array,
  chance: Chance,
) {
  const device = devices[d]!;
  const timeMs = BENCH_START_MS + sequence * SAMPLE_PERIOD_MS;
  const block = blockAt(device, timeMs, readings, chance);
  const header = {
    algorithm: device.signer.algorithm,
    contentType: profile === "columns" ? COLUMNS_TYPE : SENML_TYPE,
    kid: device.signer.publicKey.kid,
    issuer: device.id,
    device: device.id,
    site: site.id,
    issuedAtMs: timeMs,
    salt: chance.bytes(CTI_BYTES),
    boot: 0,
    sequence,
    previous,
    signalTable: device.table.digest,
  };
  const payload =
    profile === "columns" ? encodeColumns(block, device.table.names) : encodeSenmlFor(block, device.table);
  return encodeFrame(header, payload, device.signer);
}

function blockAt({ table }: BenchDevice, timeMs: number, readings: number, chance: Chance): ReadingBlock {
  const names = table.names.slice(0, readings);
  return {
    names,
    signals: Uint32Array.from(names, (_, i) => i),
    timesMs: Float64Array.from(names, () => timeMs),
    values: Float64Array.from(names, () => 500 + 100 * (chance.uniform() + chance.uniform() + chance.uniform() - 1.5)),
    qualities: new Uint8Array(names.length),
  };
}
