/**
 * A plant for kills and power cuts: a real `serve` process over a real site, devices in a process of their own, and the
 * checker outside. The data folder may lie on a disk that is about to fail; everything else lies elsewhere.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { enrol } from "@twinward/device";
import { isRefusal, TwinwardError } from "@twinward/kernel";
import { orderToken } from "../../enrolment-token.ts";
import { redeemSetupLink } from "../../setup-link.ts";
import { OutsideChecker } from "../checker/outside-checker.ts";
import { killHard, type OwnCommand, pause, startNode, startOwn } from "../own-command.ts";
import { FieldRecord } from "./field-record.ts";

export const TRIAL_SITE = fileURLToPath(new URL("../../../../../sites/net1", import.meta.url));
const TRIAL_DEVICES = ["plc1", "plc2"];
const FIELD_PROCESS = fileURLToPath(new URL("./field-process.ts", import.meta.url));
const READY_MS_MAX = 30_000;
const POLL_MS = 10;
/** Longer than a sender waits for an answer before it opens a new link. */
const LOAD_MS_MAX = 60_000;
/** More than what is written down for frames that only wait. */
const PROOF_BYTES_MIN = 100_000;

export interface PlantOptions {
  /** For identities, records and the anchor. */
  readonly dir: string;
  /** Where the server keeps its data. */
  readonly dataDir: string;
  readonly seed: number;
  /** A program that starts the server, e.g. `eatmydata`. */
  readonly before?: readonly string[];
}

export class TrialPlant {
  readonly dataDir: string;
  readonly anchor: string;
  readonly #options: PlantOptions;
  readonly #record: FieldRecord;
  #server: OwnCommand | undefined;
  #field: OwnCommand | undefined;
  #address = "127.0.0.1:0";
  #checker: OutsideChecker | undefined;
  logKey = "";

  private constructor(options: PlantOptions) {
    this.#options = options;
    this.dataDir = options.dataDir;
    this.anchor = join(options.dir, "anchor");
    this.#record = new FieldRecord(join(options.dir, "record"));
  }

  /** First start, set-up, and enrolment of every device. */
  static async open(options: PlantOptions): Promise<TrialPlant> {
    const plant = new TrialPlant(options);
    mkdirSync(options.dir, { recursive: true });
    try {
      await plant.#setUp();
      return plant;
    } catch (error) {
      await plant.close();
      throw error;
    }
  }

  async #setUp(): Promise<void> {
    await this.startServer();
    const [, link = ""] = await this.#said(/^set-up link [^:]*: (.+)\n/m);
    const credential = await redeemSetupLink(link, "trial");
    for (const device of TRIAL_DEVICES) {
      const identity = await enrol(await orderToken(credential, device), this.#identity(device));
      if (isRefusal(identity)) throw new TwinwardError(identity.code, identity.detail);
    }
    this.#checker = new OutsideChecker(this.logKey);
  }

  get checker(): OutsideChecker {
    if (this.#checker === undefined) throw new TwinwardError("TRIAL_NOT_OPEN", "the trial's plant is not open");
    return this.#checker;
  }

  get alarms(): readonly string[] {
    return this.#record.alarms;
  }

  get refused(): ReadonlyMap<string, number> {
    return this.#record.refused;
  }

  /** `host:port` of the server. */
  get address(): string {
    return this.#address;
  }

  /** Answers after how many milliseconds it said that it serves. Throws TRIAL_SERVER with its output. */
  async startServer(): Promise<number> {
    const startMs = performance.now();
    this.spawnServer();
    const [, address = "", logKey = ""] = await this.#said(/at https:\/\/(\S+)[\s\S]*^log key: (\S+)\n/m);
    this.#address = address;
    this.logKey = logKey;
    return performance.now() - startMs;
  }

  /** Waits until the server has printed this. Throws TRIAL_SERVER with its output. */
  async #said(what: RegExp): Promise<RegExpExecArray> {
    const server = this.#server as OwnCommand;
    const startMs = performance.now();
    for (;;) {
      const found = what.exec(server.output());
      if (found !== null) return found;
      const { exitCode, signalCode } = server.child;
      const over = exitCode ?? signalCode;
      if (over !== null || performance.now() - startMs > READY_MS_MAX)
        throw new TwinwardError(
          "TRIAL_SERVER",
          `serve does not come up (${over ?? "still running"}): ${server.output()}`,
        );
      await pause(POLL_MS);
    }
  }

  /** Starts it without waiting, to be killed while it starts. */
  spawnServer(dataDir = this.dataDir): OwnCommand {
    const listen = ["--listen", this.#address, "--checkpoint-out", this.anchor];
    this.#server = startOwn(["serve", "--site", TRIAL_SITE, "--data", dataDir, ...listen], this.#options.before);
    return this.#server;
  }

  startField(stop: "never" | "drain" = "never"): OwnCommand {
    const { seed, dir } = this.#options;
    const words = [join(dir, "record"), String(seed), stop, ...TRIAL_DEVICES.map((device) => this.#identity(device))];
    this.#field = startNode([FIELD_PROCESS, ...words]);
    return this.#field;
  }

  async killServer(): Promise<void> {
    if (this.#server !== undefined) await killHard(this.#server);
    this.#server = undefined;
  }

  async killField(): Promise<void> {
    if (this.#field !== undefined) await killHard(this.#field);
    this.#field = undefined;
  }

  /** Waits until the devices are given proofs again: what comes now comes under load. Throws TRIAL_NO_LOAD. */
  async underLoad(): Promise<void> {
    const before = this.#record.bytes;
    const startMs = performance.now();
    while (this.#record.bytes < before + PROOF_BYTES_MIN) {
      if (performance.now() - startMs > LOAD_MS_MAX) throw new TwinwardError("TRIAL_NO_LOAD", this.#whyNoLoad());
      await pause(POLL_MS);
    }
  }

  #whyNoLoad(): string {
    this.collect();
    const refused = JSON.stringify(Object.fromEntries(this.refused));
    const output = `server: ${this.#server?.output()} devices: ${this.#field?.output()}`;
    return `the devices get no proofs (alarms ${this.alarms.join()}, refused ${refused}); ${output}`;
  }

  /** SIGTERM, as an operator stops it. Answers the exit code. */
  async stopServer(): Promise<number | string> {
    const server = this.#server;
    this.#server = undefined;
    server?.child.kill("SIGTERM");
    return server === undefined ? 0 : server.ended;
  }

  /** Delivers what waits in the outboxes; answers whether everything was. */
  async drain(): Promise<boolean> {
    await this.killField();
    const field = this.startField("drain");
    const code = await field.ended;
    this.#field = undefined;
    return code === 0;
  }

  /** Proofs and checkpoints since the last call go to the checker. Answers what is wrong with them. */
  collect(): string[] {
    const wrong = this.#record.tell(this.checker);
    for (const path of [this.anchor, join(this.dataDir, "checkpoint")]) {
      const note = existsSync(path) ? readFileSync(path, "utf8") : "";
      if (note !== "") wrong.push(...this.checker.seen(note));
    }
    return wrong;
  }

  /** I1 to I3 of the log as it is now. */
  check(): string[] {
    const wrong = this.collect();
    const found = this.checker.check(join(this.dataDir, "log.db"), () => wrong.push(...this.collect()));
    return [...wrong, ...found];
  }

  /** I4: a copy from earlier must be refused at start, by name, and leave the anchor alone. */
  async refusesOlder(copy: string): Promise<string[]> {
    const anchor = readFileSync(this.anchor);
    const own = this.#server;
    const started = this.spawnServer(copy);
    this.#server = own;
    const code = await Promise.race([started.ended, pause(READY_MS_MAX).then(() => "still running")]);
    await killHard(started);
    const output = started.output();
    const wrong = [];
    if (code === 0 || code === "still running") wrong.push(`I4: an older copy of the data folder was served (${code})`);
    else if (!output.includes("does not extend the checkpoint")) wrong.push(`I4: refused without its name: ${output}`);
    if (!anchor.equals(readFileSync(this.anchor))) wrong.push("I4: the anchor was overwritten by a refused start");
    return wrong;
  }

  copyData(to: string): void {
    rmSync(to, { recursive: true, force: true });
    cpSync(this.dataDir, to, { recursive: true });
  }

  async close(): Promise<void> {
    await this.killField();
    await this.killServer();
  }

  #identity(device: string): string {
    return join(this.#options.dir, "identities", device);
  }
}
