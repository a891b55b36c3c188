/** A real server over a small site, in a temporary folder, with a clock that the test owns. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { saveModel, untrainedModel } from "@twinward/detection";
import {
  COLUMNS_TYPE,
  encodeColumns,
  encodeFrame,
  encodeSignalTable,
  generateSigner,
  type Signer,
  ZERO_DIGEST,
} from "@twinward/frame";
import { blockOf, isRefusal, ManualClock } from "@twinward/kernel";
import { loadSite, type Site } from "@twinward/plant";
import { Runtime, type RuntimeOptions } from "./runtime.ts";
import { type Server, startServer } from "./server.ts";

export const START_MS = Date.UTC(2026, 0, 5);
export const HOUR_MS = 3_600_000;

export function net1(): Site {
  const site = loadSite(fileURLToPath(new URL("../../../sites/net1", import.meta.url)));
  if (Array.isArray(site)) throw new Error("sites/net1 has faults");
  return site as Site;
}

export interface Call {
  readonly method?: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export class Served {
  readonly dataDir: string;
  readonly clock: ManualClock;
  readonly runtime: Runtime;
  readonly server: Server;
  readonly #parent: string;

  private constructor(parent: string, clock: ManualClock, runtime: Runtime, server: Server) {
    this.#parent = parent;
    this.dataDir = join(parent, "data");
    this.clock = clock;
    this.runtime = runtime;
    this.server = server;
  }

  static async open(
    options: Partial<RuntimeOptions> = {},
    parent = mkdtempSync(join(tmpdir(), "tw-server-")),
    port = 0,
  ) {
    const site = options.site ?? net1();
    const clock = new ManualClock(START_MS);
    const runtime = await Runtime.open({
      site,
      dataDir: join(parent, "data"),
      timeBase: "simulated",
      clock,
      model: saveModel(untrainedModel(site)),
      timer: () => ({ stop: () => {} }),
      ...options,
    });
    const server = await startServer(runtime, { listen: { host: "127.0.0.1", port } });
    return new Served(parent, clock, runtime, server);
  }

  get caCrt(): string {
    return readFileSync(join(this.dataDir, "keys", "ca.crt"), "utf8");
  }

  /** The secret of the set-up link, as only the owner of the folder can read it. */
  get setupSecret(): string {
    return (
      readFileSync(this.server.setupLink ?? "", "utf8")
        .trim()
        .split("#")[1] ?? ""
    );
  }

  /** Uses the link; answers the administrator's token. */
  async setUp(name = "first"): Promise<string> {
    const answer = await this.call("/v1/setup", { method: "POST", body: { secret: this.setupSecret, name } });
    return (answer.json as { token: string }).token;
  }

  call(path: string, { method = "GET", token, body, headers = {} }: Call = {}): Promise<Answer> {
    const isBytes = body instanceof Uint8Array;
    const payload = body === undefined || isBytes || typeof body === "string" ? body : JSON.stringify(body);
    const { hostname, port } = new URL(this.server.url);
    const options: RequestOptions = {
      host: hostname,
      port,
      // As written: node's URL would tidy up the spellings under test.
      path,
      method,
      ca: this.caCrt,
      agent: false,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(payload === undefined ? {} : { "content-type": isBytes ? "application/cose" : "application/json" }),
        ...headers,
      },
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(options, (incoming) => {
        let text = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (part: string) => {
          text += part;
        });
        incoming.on("error", reject);
        incoming.on("end", () => resolve(answerOf(incoming.statusCode ?? 0, incoming.headers, text)));
      });
      outgoing.on("error", reject);
      outgoing.end(payload);
    });
  }

  /** A device of the site, registered as an administrator's machine would. */
  async field(device: string): Promise<FieldDevice> {
    const field = new FieldDevice(this.runtime.site, device);
    const { registry } = this.runtime.access;
    const registered = await registry.register({ device, key: field.key, signedAt: "device", by: "test" });
    if (isRefusal(registered)) throw new Error(registered.detail);
    return field;
  }

  /** Sends one row of the whole site an hour later and waits until it is judged as far as it can be. */
  async row(fields: readonly FieldDevice[], token: string, values: Readonly<Record<string, number>>): Promise<void> {
    this.clock.set(this.clock.nowMs() + HOUR_MS);
    for (const field of fields) {
      const frame = field.frame(this.clock.nowMs(), values);
      await this.call("/v1/frames", { method: "POST", token, body: frame });
    }
    await this.runtime.judgement.idle();
  }

  async stop(): Promise<string> {
    await this.server.stop();
    await this.runtime.stop();
    return this.#parent;
  }

  async remove(): Promise<void> {
    rmSync(await this.stop(), { recursive: true, force: true });
  }
}

function answerOf(status: number, headers: Answer["headers"], text: string): Answer {
  const isJson = /json/.test(String(headers["content-type"]));
  return { status, headers, text, json: isJson && text !== "" ? JSON.parse(text) : {} };
}

/** Signs frames in a chain, as a device does. */
export class FieldDevice {
  readonly #site: Site;
  readonly #device: string;
  readonly #signer: Signer = generateSigner("ed25519").signer;
  #sequence = 0;
  #previous: Uint8Array = ZERO_DIGEST;

  constructor(site: Site, device: string) {
    this.#site = site;
    this.#device = device;
  }

  get key() {
    return this.#signer.publicKey;
  }

  get signals(): readonly string[] {
    return this.#site.devices.find(({ id }) => id === this.#device)?.signals ?? [];
  }

  frame(timeMs: number, values: Readonly<Record<string, number>>): Uint8Array {
    const units = new Map(this.#site.signals.map(({ id, unit }) => [id, unit]));
    const table = encodeSignalTable(
      this.#device,
      this.signals.map((id) => [id, units.get(id) ?? "1"]),
    );
    const readings = this.signals.map((signal) => ({ signal, timeMs, value: values[signal] ?? 0, quality: 0 }));
    const header = {
      algorithm: this.#signer.algorithm,
      contentType: COLUMNS_TYPE,
      kid: this.key.kid,
      issuer: this.#device,
      device: this.#device,
      site: this.#site.id,
      issuedAtMs: timeMs,
      salt: crypto.getRandomValues(new Uint8Array(16)),
      boot: 0,
      sequence: this.#sequence,
      previous: this.#previous,
      signalTable: table.digest,
    } as const;
    const frame = encodeFrame(header, encodeColumns(blockOf(readings), table.names), this.#signer);
    this.#sequence += 1;
    this.#previous = frame.digest;
    return frame.bytes;
  }
}

/** Values of Net1 in a quiet hour. */
export const QUIET = { L_2: 36.6, F_9: 117.7, S_9: 1, P_10: 89.7 } as const;
