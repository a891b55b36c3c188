/**
 * The PLCs of a plant, each in its own thread with its own identity, fed sample by sample.
 *
 * Back-pressure: `send` resolves only when at most `outstandingMax` frames of reachable devices wait
 * for their proofs, so that simulated time never runs away from the real path. Devices whose way is
 * blocked do not hold the others up.
 */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { EnrolmentToken, Profile } from "@twinward/device";
import { TwinwardError } from "@twinward/kernel";
import { isBlocked, type WirePath } from "./event.ts";
import { type LabSite, signalNumber } from "./lab-site.ts";
import type { FromPlc, PlcOrder, PlcStatus, ToPlc } from "./plc-words.ts";
import type { Step } from "./simulate.ts";

export const OUTSTANDING_MAX = 64;

export interface FleetEvents {
  /** The server refused a frame of an honest device. */
  onRefused?(device: string, code: string, detail: string): void;
  onAlarm?(device: string, code: string, detail: string): void;
  /** What an attacker got for a frame: `PROOF` or a refusal's code. */
  onAttacker?(device: string, attack: WirePath, answer: string): void;
  onState?(device: string, state: string, reason: string): void;
}

export interface FleetOptions {
  readonly site: LabSite;
  /** Each device keeps its identity and outbox in a folder of its name in here. */
  readonly dir: string;
  /** One-use tokens of devices that are not enrolled yet. */
  readonly tokens?: ReadonlyMap<string, EnrolmentToken>;
  /** Default `columns`. */
  readonly profile?: Profile;
  readonly seed?: number;
  /** Default OUTSTANDING_MAX. */
  readonly outstandingMax?: number;
  readonly events?: FleetEvents;
}

export interface FleetFigures {
  /** Frames signed, and readings in them. */
  readonly frames: number;
  readonly readings: number;
  readonly proven: number;
  /** Frames kept by devices without a proof. */
  readonly pending: number;
  /** Index of the newest proven entry; -1 before the first. */
  readonly newestEntry: number;
}

interface Member {
  readonly device: string;
  readonly worker: Worker;
  /** Places of its signals in the site. */
  readonly numbers: readonly number[];
  sent: number;
  path: WirePath;
  status: PlcStatus;
}

/** Starts and enrols every PLC of the site. Throws the first failure, with the others stopped. */
export async function startPlcs(options: FleetOptions): Promise<PlcFleet> {
  const fleet = new PlcFleet(options);
  try {
    await fleet.ready();
    return fleet;
  } catch (error) {
    await fleet.abandon();
    throw error;
  }
}

export class PlcFleet {
  readonly #options: FleetOptions;
  readonly #members: readonly Member[];
  #ready = 0;
  #failure: TwinwardError | undefined;
  #wake: (() => void)[] = [];

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#members = options.site.devices.map((device, i) => this.#start(device.id, device.signals, i));
  }

  /** Resolves when every PLC has its identity. */
  ready(): Promise<void> {
    return this.#until(() => this.#ready === this.#members.length);
  }

  /** Gives each PLC its readings of one sample; resolves when there is room for the next. */
  async send(step: Pick<Step, "timeMs" | "signed" | "forged" | "paths">): Promise<void> {
    for (const member of this.#members) {
      const { device, numbers } = member;
      member.path = step.paths.get(device) ?? "open";
      member.sent += 1;
      const values = Float64Array.from(numbers, (number) => step.signed[number]!);
      const forged = Float64Array.from(numbers, (number) => step.forged[number]!);
      post(member, { kind: "sample", timeMs: step.timeMs, values, forged, path: member.path });
    }
    const max = this.#options.outstandingMax ?? OUTSTANDING_MAX;
    await this.#until(() => this.#outstanding() <= max);
  }

  /** Resolves when every reachable PLC holds a proof for every frame it signed. */
  drained(): Promise<void> {
    return this.#until(() => this.#outstanding() === 0);
  }

  figures(): FleetFigures {
    const sum = (of: (member: Member) => number) => this.#members.reduce((total, member) => total + of(member), 0);
    return {
      frames: sum(({ status }) => status.signed),
      readings: sum(({ status, numbers }) => status.signed * numbers.length),
      proven: sum(({ status }) => status.proven),
      pending: sum(({ status }) => status.pending),
      newestEntry: Math.max(...this.#members.map(({ status }) => status.newestEntry)),
    };
  }

  /** Drains and stops every PLC. Devices whose way is blocked keep what they have not sent. */
  async stop(): Promise<void> {
    const ended = this.#members.map(({ worker }) => new Promise((resolve) => worker.once("exit", resolve)));
    for (const member of this.#members) post(member, { kind: "stop" });
    await Promise.all(ended);
  }

  /** Ends the threads at once, as a power cut would. */
  async abandon(): Promise<void> {
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  #start(device: string, signals: readonly string[], place: number): Member {
    const { site, dir, tokens, profile = "columns", seed = 0 } = this.#options;
    const order: PlcOrder = {
      device,
      dir: join(dir, device),
      token: tokens?.get(device),
      signals,
      profile,
      seed: seed * 1000 + place,
    };
    const worker = new Worker(new URL("./plc-worker.ts", import.meta.url), { workerData: order });
    const numbers = signals.map((id) => signalNumber(site, id));
    const status: PlcStatus = { kind: "status", signed: 0, pending: 0, proven: 0, newestEntry: -1 };
    const member: Member = { device, worker, numbers, sent: 0, path: "open", status };
    worker.on("message", (message: FromPlc) => this.#heard(member, message));
    worker.on("error", (error) => this.#fail(device, "PLC_FAILED", error.message));
    return member;
  }

  #heard(member: Member, message: FromPlc): void {
    const { events } = this.#options;
    const { device } = member;
    if (message.kind === "status") member.status = message;
    if (message.kind === "ready") this.#ready += 1;
    if (message.kind === "failed") this.#fail(device, message.code, message.message);
    if (message.kind === "refused") events?.onRefused?.(device, message.code, message.detail);
    if (message.kind === "alarm") events?.onAlarm?.(device, message.code, message.detail);
    // The device refuses to go on with this log: nothing it keeps will ever be proven.
    if (message.kind === "state" && message.state === "alarm") this.#fail(device, message.reason, "the log changed");
    if (message.kind === "attacker") events?.onAttacker?.(device, message.attack, message.answer);
    if (message.kind === "state") events?.onState?.(device, message.state, message.reason);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Samples not yet signed and frames not yet proven, of devices that can reach the server. */
  #outstanding(): number {
    const reachable = this.#members.filter(({ path }) => !isBlocked(path));
    return reachable.reduce((sum, { sent, status }) => sum + (sent - status.signed) + status.pending, 0);
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  #fail(device: string, code: string, message: string): void {
    this.#failure ??= new TwinwardError(code, `${device}: ${message}`);
    for (const wake of this.#wake.splice(0)) wake();
  }
}

function post({ worker }: Member, message: ToPlc): void {
  worker.postMessage(message);
}
