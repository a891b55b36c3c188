/** A small site, its devices with keys, and a door over a log, for tests. */
import type { DeviceLookup, KeyStatus, RegisteredDevice } from "@twinward/access";
import type { LogKeeper } from "@twinward/evidence";
import {
  COLUMNS_TYPE,
  encodeColumns,
  encodeFrame,
  encodeSenmlFor,
  encodeSignalTable,
  type FrameHeader,
  frameDigest,
  parseFrame,
  SENML_TYPE,
  type SignalTable,
  type Signer,
  signerFromSeed,
  ZERO_DIGEST,
} from "@twinward/frame";
import { blockOf, isRefusal, ManualClock, type Reading, type Refusal, seededChance } from "@twinward/kernel";
import type { Classification, Signal, Site } from "@twinward/plant";
import { createIngest } from "./door.ts";
import type { Accepted, Ingest, IngestOptions } from "./ingest.ts";
import { TestLog } from "./log.fixture.ts";

export const START_MS = Date.UTC(2026, 0, 5);
export const VIA = { source: "10.0.0.7" };

const SIGNALS: readonly (readonly [id: string, device: string, unit: string, classification: Classification])[] = [
  ["L_T1", "plc1", "m", "internal"],
  ["P_J1", "plc1", "m", "internal"],
  ["F_PU1", "plc2", "L/s", "internal"],
  ["F_PU2", "plc2", "L/s", "trade-secret"],
  ["L_T9", "meter", "m", "internal"],
];

export const SITE: Site = {
  id: "c-town",
  title: "C-Town",
  timeZone: "UTC",
  digest: "0".repeat(64),
  files: [],
  zones: [],
  conduits: [],
  assets: [],
  devices: ["plc1", "plc2", "gateway", "meter"].map((id) => ({
    id,
    title: id,
    zone: "field",
    asset: id,
    signedAt: id === "gateway" ? "gateway" : "device",
    signals: SIGNALS.filter(([, device]) => device === id).map(([signal]) => signal),
  })),
  signals: SIGNALS.map(([id, device, unit, classification], number) =>
    signalOf(id, number, device, unit, classification),
  ),
  behaviour: { kind: "none" },
  modes: [],
  csv: { delimiter: ",", timeColumn: "time", timeFormat: "iso", labelColumn: undefined },
  samplePeriodMs: 60_000,
  latenessMsMax: 600_000,
  aheadMsMax: 60_000,
  openLinkMsMax: 300_000,
};

function signalOf(id: string, number: number, device: string, unit: string, classification: Classification): Signal {
  return {
    id,
    number,
    title: id,
    device,
    element: id,
    kind: "level",
    unit,
    minimum: 0,
    maximum: 10,
    enum: undefined,
    resolution: 0.01,
    accuracy: 0.1,
    rateMax: undefined,
    flatlineMsMax: undefined,
    rules: [],
    classification,
  };
}

/** A device that signs honestly unless told otherwise. */
export class TestDevice {
  readonly id: string;
  readonly signer: Signer;
  readonly table: SignalTable;
  boot = 1;
  sequence = 0;
  previous: Uint8Array = ZERO_DIGEST;
  #salt: number;

  constructor(id: string, seed: number) {
    this.id = id;
    this.signer = signerFromSeed(seededChance(seed).bytes(32));
    this.#salt = seed * 1000;
    const own = SITE.signals.filter((signal) => signal.device === id);
    this.table = encodeSignalTable(
      id,
      own.map((signal) => [signal.id, signal.unit]),
    );
  }

  /** The next frame of the chain; `change` spoils fields of its header before it is signed. */
  next(readings: readonly Reading[] = this.readings(START_MS), change: Partial<FrameHeader> = {}): Uint8Array {
    const frame = this.frame(readings, change);
    this.previous = digestOf(frame);
    this.sequence += 1;
    return frame;
  }

  /** A frame in the same place as the next one, without moving on. */
  frame(readings: readonly Reading[], change: Partial<FrameHeader> = {}, senml = false): Uint8Array {
    const payload = senml
      ? encodeSenmlFor(blockOf(readings), this.table)
      : encodeColumns(blockOf(readings), this.table.names);
    return this.sign(payload, { contentType: senml ? SENML_TYPE : COLUMNS_TYPE, ...change });
  }

  sign(payload: Uint8Array, change: Partial<FrameHeader>): Uint8Array {
    const header: FrameHeader = {
      algorithm: this.signer.algorithm,
      contentType: COLUMNS_TYPE,
      kid: this.signer.publicKey.kid,
      issuer: this.id,
      device: this.id,
      site: SITE.id,
      issuedAtMs: START_MS,
      salt: seededChance(this.#salt++).bytes(16),
      boot: this.boot,
      sequence: this.sequence,
      previous: this.previous,
      signalTable: this.table.digest,
      ...change,
    };
    return encodeFrame(header, payload, this.signer).bytes;
  }

  readings(timeMs: number, value = 2.5): Reading[] {
    return this.table.names.map((signal) => ({ signal, timeMs, value, quality: 0 }));
  }

  restart(): void {
    this.boot += 1;
    this.sequence = 0;
  }
}

export function digestOf(bytes: Uint8Array): Uint8Array {
  const frame = parseFrame(bytes);
  if (isRefusal(frame)) throw new Error(frame.code);
  return frameDigest(frame);
}

type MutableDevice = { -readonly [Name in keyof RegisteredDevice]: RegisteredDevice[Name] };

/** A registry of test devices; `statusOf` changes a key's status at once, as a revocation does. */
export class TestRegistry implements DeviceLookup {
  readonly #devices: MutableDevice[] = [];

  add(device: TestDevice, gatewayFor: readonly string[] = []): void {
    this.#devices.push({
      device: device.id,
      key: device.signer.publicKey,
      signedAt: "device",
      gatewayFor: new Set(gatewayFor),
      certificate: undefined,
      sinceMs: START_MS,
      status: "active",
    });
  }

  byKid(kid: Uint8Array): RegisteredDevice | undefined {
    return this.#devices.find(({ key }) => Buffer.compare(key.kid, kid) === 0);
  }

  byDevice(device: string): RegisteredDevice | undefined {
    return this.#devices.find((known) => known.device === device);
  }

  set(device: string, status: KeyStatus): void {
    for (const known of this.#devices) if (known.device === device) known.status = status;
  }
}

export interface World {
  readonly clock: ManualClock;
  readonly disk: TestLog;
  log: LogKeeper;
  readonly registry: TestRegistry;
  readonly plc1: TestDevice;
  readonly plc2: TestDevice;
  readonly gateway: TestDevice;
  readonly meter: TestDevice;
  door: Ingest;
  accept(bytes: Uint8Array): Promise<Accepted | Refusal>;
  /** As after a restart of the process: everything from the log again. `stop` false is a kill. */
  restart(stop?: boolean): Promise<void>;
}

const opened: TestLog[] = [];

/** After each test: stops and removes the logs of all worlds it opened. */
export async function closeWorlds(): Promise<void> {
  for (const disk of opened.splice(0)) await disk.close();
}

export async function openWorld(limits: IngestOptions["limits"] = {}): Promise<World> {
  const clock = new ManualClock(START_MS);
  const disk = new TestLog(clock, "ingest");
  opened.push(disk);
  const log = await disk.open();
  const registry = new TestRegistry();
  const timer = () => ({ stop: () => undefined });
  const open = (log: LogKeeper) => createIngest({ site: SITE, log, registry, clock, limits, timer });
  const world: World = {
    clock,
    disk,
    log,
    registry,
    plc1: new TestDevice("plc1", 1),
    plc2: new TestDevice("plc2", 2),
    gateway: new TestDevice("gateway", 3),
    meter: new TestDevice("meter", 4),
    door: await open(log),
    accept: (bytes) => world.door.accept(bytes, VIA),
    restart: async (stop = true) => {
      // A killed door leaves its log running here: what matters is that its memory is gone.
      if (stop) {
        await world.door.stop();
        world.log = await disk.open();
      }
      world.door = await open(world.log);
    },
  };
  registry.add(world.plc1);
  registry.add(world.plc2);
  registry.add(world.gateway, ["meter"]);
  return world;
}

/** The refusal's code, `accepted` or `duplicate`. */
export function codeOf(answer: Accepted | Refusal): string {
  if (isRefusal(answer)) return answer.code;
  return answer.duplicate ? "duplicate" : "accepted";
}
