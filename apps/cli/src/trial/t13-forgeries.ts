/**
 * T13: forgeries, replays and downgrades at the door, between honest frames. None is accepted, each is counted under its
 * code, an exact replay (also across a restart) gets its original proof and writes nothing; and the listener takes
 * neither an older TLS nor a frame from somebody without a certificate.
 */

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { connect } from "node:tls";
import { type Access, openAccess, openAuthority } from "@twinward/access";
import { createLog, type LogKeeper, openLog } from "@twinward/evidence";
import { createIngest, type Ingest } from "@twinward/ingest";
import { isRefusal, ManualClock, seededChance, systemClock, TwinwardError } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import { siteFrom } from "../site-folder.ts";
import { TRIAL_SITE, TrialPlant } from "./field/trial-plant.ts";
import { ATTEMPTS, type Cast, TrialSigner } from "./forgery/forger.ts";
import { Misses, type Outcome, type TrialOrder } from "./outcome.ts";

const START_MS = Date.UTC(2026, 0, 5);
const HONEST_AT_FIRST = 20;
const HONEST_EVERY = 25;
const REPLAY_EVERY = 10;
const VIA = { source: "trial" };
const NO_TIMER = () => ({ stop: () => {} });
const NO_LIMITS = { framesPerSecondMax: 1e9, framesBurstMax: 1e9 };

export async function forge(order: TrialOrder): Promise<Outcome> {
  const misses = new Misses();
  const door = await TrialDoor.open(order);
  const tried: Record<string, number> = {};
  const names = Object.keys(ATTEMPTS);
  for (let i = 0; i < order.count; i++) {
    if (i % HONEST_EVERY === 0) await door.honest();
    if (i === Math.floor(order.count / 2)) await door.restart();
    if (i % REPLAY_EVERY === 0) {
      tried["exact replay"] = (tried["exact replay"] ?? 0) + 1;
      misses.add(...(await door.replay()).map((miss) => `attempt ${i}, seed ${order.seed}: ${miss}`));
      continue;
    }
    const name = names[i % names.length] as string;
    tried[name] = (tried[name] ?? 0) + 1;
    misses.add(...(await door.attempt(name)).map((miss) => `attempt ${i}, seed ${order.seed}: ${miss}`));
    order.say(`${i} of ${order.count} attempts`);
  }
  misses.add(...(await door.accounts()));
  const codes = { ...door.codes };
  await door.close();
  const wire = await downgrades({ ...order, dir: join(order.dir, "wire") }, misses);
  return misses.outcome({ attempts: order.count, tried, codes, wire });
}

/** A real door over a real log, with everybody the forger needs. */
class TrialDoor {
  readonly codes: Record<string, number> = {};
  readonly #site: Site;
  readonly #dir: string;
  readonly #clock: ManualClock;
  readonly #cast: Cast;
  #log: LogKeeper;
  #ingest: Ingest;
  /** Codes since the last restart: the door's own counts begin anew with it. */
  #sinceRestart: Record<string, number> = {};
  /** The entry that each honest frame became, by its sequence. */
  readonly #indexes: number[] = [];

  private constructor(site: Site, dir: string, clock: ManualClock, cast: Cast, opened: Opened) {
    this.#site = site;
    this.#dir = dir;
    this.#clock = clock;
    this.#cast = cast;
    this.#log = opened.log;
    this.#ingest = opened.ingest;
  }

  static async open({ seed, dir }: TrialOrder): Promise<TrialDoor> {
    const chance = seededChance(seed);
    const loaded = await siteFrom(TRIAL_SITE);
    const plc = loaded.devices[0];
    if (plc === undefined) throw new TwinwardError("TRIAL_SITE", "the trial's site has no device");
    const site = { ...loaded, devices: [...loaded.devices, { ...plc, id: "plc3" }] };
    const clock = new ManualClock(START_MS);
    const opened = await openDoor(site, join(dir, "door"), clock, true);
    const [old, victim] = [new TrialSigner(site, "plc1", chance), new TrialSigner(site, "plc1", chance)];
    const [other, revoked] = [new TrialSigner(site, "plc2", chance), new TrialSigner(site, "plc3", chance)];
    const { registry } = opened.access;
    for (const { id, signer } of [old, victim, other, revoked])
      await registry.register({ device: id, key: signer.publicKey, signedAt: "device", by: "trial" });
    await registry.revoke("plc3", "trial", "trial");
    const { aheadMsMax } = site;
    const cast = { victim, other, retired: old.signer, revoked, nowMs: START_MS, aheadMsMax, chance };
    const door = new TrialDoor(site, join(dir, "door"), clock, cast, opened);
    for (let i = 0; i < HONEST_AT_FIRST; i++) await door.honest();
    return door;
  }

  async honest(): Promise<void> {
    const { recorded } = this.#cast.victim;
    const { bytes } = this.#cast.victim.next(START_MS - 1000 + recorded.length);
    const answer = await this.#ingest.accept(bytes, VIA);
    if (isRefusal(answer)) throw new TwinwardError(answer.code, `an honest frame was refused: ${answer.detail}`);
    this.#indexes.push(answer.index);
  }

  async attempt(name: string): Promise<string[]> {
    const attempt = ATTEMPTS[name];
    if (attempt === undefined) return [`no attempt is called ${name}`];
    const size = this.#log.size();
    const answer = await this.#ingest.accept(attempt.make(this.#cast), VIA);
    if (!isRefusal(answer)) return [`${name} was accepted as entry ${answer.index}`];
    this.#count(answer.code);
    const isExpected = attempt.codes.length === 0 || attempt.codes.includes(answer.code);
    const wrong = isExpected ? [] : [`${name} was refused as ${answer.code}, not ${attempt.codes.join(" or ")}`];
    return this.#log.size() === size ? wrong : [...wrong, `${name} wrote an entry`];
  }

  async replay(): Promise<string[]> {
    const { victim, chance } = this.#cast;
    const place = Math.floor(chance.uniform() * victim.recorded.length);
    const size = this.#log.size();
    const answer = await this.#ingest.accept((victim.recorded[place] as { bytes: Uint8Array }).bytes, VIA);
    if (isRefusal(answer)) return [`an exact replay was refused: ${answer.code}`];
    const wrong = answer.duplicate ? [] : ["an exact replay was taken for new"];
    if (!answer.proof().includes(`\nindex ${this.#indexes[place]}\n`)) wrong.push("a replay got another entry's proof");
    if (this.#log.size() !== size) wrong.push("a replay wrote an entry");
    return wrong;
  }

  /** The door's own counts, and what the log holds. */
  async accounts(): Promise<string[]> {
    const wrong: string[] = [];
    const counted = this.#ingest.health().refused;
    for (const [code, times] of Object.entries(this.#sinceRestart))
      if (counted[code] !== times)
        wrong.push(`${code} happened ${times} times and was counted ${counted[code] ?? 0} times`);
    const frames = this.#log.entries(0, Number.MAX_SAFE_INTEGER, ["frame"]).length;
    if (frames !== this.#indexes.length)
      wrong.push(`the log holds ${frames} frames, ${this.#indexes.length} were honest`);
    return wrong;
  }

  async restart(): Promise<void> {
    await this.close();
    const opened = await openDoor(this.#site, this.#dir, this.#clock, false);
    this.#log = opened.log;
    this.#ingest = opened.ingest;
    this.#sinceRestart = {};
  }

  async close(): Promise<void> {
    await this.#ingest.stop();
    await this.#log.stop();
  }

  #count(code: string): void {
    for (const counts of [this.codes, this.#sinceRestart]) counts[code] = (counts[code] ?? 0) + 1;
  }
}

interface Opened {
  readonly log: LogKeeper;
  readonly access: Access;
  readonly ingest: Ingest;
}

async function openDoor(site: Site, dir: string, clock: ManualClock, isNew: boolean): Promise<Opened> {
  const options = { dir, clock };
  const log = await (isNew ? createLog({ ...options, site: site.id, timeBase: "simulated" }) : openLog(options));
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const authority = await openAuthority({ dataDir: dir, siteId: site.id, clock: systemClock, random });
  const access = await openAccess({ dataDir: dir, site: { id: site.id, devices: [] }, log, authority, clock });
  const { registry, ledger } = access;
  const ingest = await createIngest({ site, log, registry, ledger, clock, limits: NO_LIMITS, timer: NO_TIMER });
  return { log, access, ingest };
}

/** What is tried on the wire, at a real server. Answers what became of each. */
async function downgrades({ dir, seed }: TrialOrder, misses: Misses): Promise<Record<string, string>> {
  const plant = await TrialPlant.open({ dir, dataDir: join(dir, "data"), seed });
  try {
    const tls12 = await handshake(plant.address, { maxVersion: "TLSv1.2" });
    const anonymous = await handshake(
      plant.address,
      {},
      "POST /v1/frames HTTP/1.1\r\nHost: x\r\nContent-Type: application/cose\r\nContent-Length: 1\r\n\r\n\u0000",
    );
    const plain = await handshake(plant.address, {}, "GET /v1/devices HTTP/1.1\r\nHost: x\r\n\r\n");
    if (tls12 !== "no connection") misses.add(`TLS 1.2 was answered: ${tls12}`);
    for (const answer of [anonymous, plain])
      if (!answer.startsWith("HTTP/1.1 401")) misses.add(`somebody without a credential was answered: ${answer}`);
    return { tls12, frameWithoutCertificate: anonymous, devicesWithoutCredential: plain };
  } finally {
    await plant.close();
  }
}

/** The first line of the answer; `no connection` when there is no handshake. */
function handshake(
  address: string,
  options: { maxVersion?: "TLSv1.2" },
  request = "GET / HTTP/1.1\r\n\r\n",
): Promise<string> {
  const [host = "", port = ""] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false, ...options });
    socket.setTimeout(5_000, () => socket.destroy(new Error("silent")));
    socket.once("secureConnect", () => socket.write(request));
    socket.once("data", (data: Buffer) => {
      resolve(data.toString("latin1").split("\r\n")[0] ?? "");
      socket.destroy();
    });
    socket.once("error", () => resolve("no connection"));
    socket.once("close", () => resolve("no connection"));
  });
}
