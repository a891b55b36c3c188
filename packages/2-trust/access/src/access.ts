/**
 * Access: who may talk to this site, and what may they do?
 *
 * One object ties the private CA, the device registry, enrolment, administrator credentials and the decision table
 * together over one log. All its state is replayed from the log; nothing secret is in it, only salted hashes.
 */
import { createHash, randomBytes } from "node:crypto";
import type { EvidenceLog, LogEntry } from "@twinward/evidence";
import { type Clock, isRefusal, type Refusal, TwinwardError, toHex } from "@twinward/kernel";
import { Administrators, type NewCredential } from "./administrators.ts";
import { Attempts } from "./attempts.ts";
import type { Authority, ServerCertificate } from "./authority.ts";
import type { IssuedCertificate } from "./certificates.ts";
import { type Action, decide } from "./decision.ts";
import { deviceActOf } from "./device-entries.ts";
import { type AccessSite, Enrolment, type EnrolmentAnswer } from "./enrolment.ts";
import { FactReader } from "./fact-reader.ts";
import { OneWayClock } from "./one-way-clock.ts";
import { ANONYMOUS, nameOf, type Principal } from "./principal.ts";
import { LogRefusalLedger, type RefusalLedger } from "./refusal-ledger.ts";
import { type AccessRefusal, refuseAccess } from "./refusals.ts";
import { type DeviceRegistry, LogDeviceRegistry } from "./registry.ts";
import type { RandomBytes } from "./secret.ts";
import { TOKEN_LIFE_MS, Tokens } from "./tokens.ts";

export interface AccessOptions {
  readonly dataDir: string;
  readonly site: AccessSite;
  readonly log: EvidenceLog;
  readonly authority: Authority;
  readonly clock: Clock;
  /** Default: the operating system's. */
  readonly random?: RandomBytes;
}

/** What the transport knows of a request, never what the request says of itself. */
export interface RequestFacts {
  /** The `Authorization` header as received. */
  readonly authorization: string | undefined;
  /** DER of the client certificate, only when the TLS layer has verified its chain to our CA. */
  readonly certificate: Uint8Array | undefined;
  /** Address of the peer, for counting wrong secrets. */
  readonly source: string;
}

/** What an administrator orders. */
export interface TokenOrder {
  readonly device: string;
  /** The address devices reach us by, `https://host:port`. */
  readonly server: string;
  /** Milliseconds the token is good for; default one day, at most 30. */
  readonly lifeMs?: number;
  /** Devices it may sign for besides itself. */
  readonly gatewayFor?: readonly string[];
}

/** The enrolment token file, JSON (docs/formats/enrolment.md). */
export interface TokenFile {
  readonly v: 1;
  readonly server: string;
  readonly site: string;
  readonly device: string;
  readonly secret: string;
  /** Lower-case hexadecimal SHA-256 of the CA's SubjectPublicKeyInfo. */
  readonly caSpki: string;
  /** ISO 8601. */
  readonly expires: string;
}

export interface Access {
  readonly registry: DeviceRegistry;
  readonly ledger: RefusalLedger;
  readonly authority: Authority;
  /** Whether there is or has been an administrator. */
  isSetUp(): boolean;
  /** Makes the one-use set-up link file (0600, 15 minutes) and answers its path; undefined when set up already. */
  openSetup(serverUrl: string): Promise<string | undefined>;
  useSetup(secret: string, name: string, source: string): Promise<NewCredential | AccessRefusal>;
  issueCredential(name: string, by: Principal): Promise<NewCredential>;
  revokeCredential(id: string, by: Principal): Promise<AccessRefusal | undefined>;
  /** An enrolment token for one device; the secret inside is shown once. */
  issueToken(order: TokenOrder, by: Principal): Promise<TokenFile | AccessRefusal>;
  /** `request` is the parsed JSON body of POST /v1/enrolments, unchecked. */
  enrol(request: unknown, source: string): Promise<EnrolmentAnswer | Refusal>;
  /** A certificate for the listener, its digest in the log. */
  serverCertificate(hosts: readonly string[]): Promise<ServerCertificate>;
  /** Anonymous when nothing was shown; a refusal when what was shown is wrong. */
  authenticate(facts: RequestFacts): Principal | AccessRefusal;
  /** Undefined when allowed. A refusal is counted in the ledger under the principal, or `source` when anonymous. */
  allow(principal: Principal, action: Action, source: string): AccessRefusal | undefined;
}

const REPLAY_BATCH = 1000;
const BEARER = /^bearer ([A-Za-z0-9._~+/=-]{1,200})$/i;

/**
 * Opens access over a log, replaying what it says about devices and administrators.
 * @throws TwinwardError CA_FOREIGN when the log knows another certification authority
 */
export async function openAccess(options: AccessOptions): Promise<Access> {
  const access = new LogAccess(options);
  access.replay();
  await access.recordAuthority();
  return access;
}

class LogAccess implements Access {
  readonly #options: AccessOptions;
  readonly #registry: LogDeviceRegistry;
  readonly #tokens: Tokens;
  readonly #administrators: Administrators;
  readonly #enrolment: Enrolment;
  readonly #attempts: Attempts;
  /** Lower-case hexadecimal digests of the certificates the log knows, and the authority's own. */
  readonly #certificates = new Set<string>();
  #caDigest: string | undefined;
  readonly ledger: RefusalLedger;

  constructor(options: AccessOptions) {
    const { log, site, authority, dataDir } = options;
    const random = options.random ?? ((length) => new Uint8Array(randomBytes(length)));
    const clock = new OneWayClock(options.clock, log.entry(log.size() - 1)?.atMs ?? 0);
    this.#options = options;
    this.#registry = new LogDeviceRegistry(log);
    this.#tokens = new Tokens(log, clock, random);
    this.#administrators = new Administrators({ dataDir, log, clock, random });
    this.#enrolment = new Enrolment({ site, log, authority, registry: this.#registry, tokens: this.#tokens });
    this.#attempts = new Attempts(clock);
    this.ledger = new LogRefusalLedger(log, options.clock);
  }

  get registry(): DeviceRegistry {
    return this.#registry;
  }

  get authority(): Authority {
    return this.#options.authority;
  }

  replay(): void {
    for (let from = 0; ; ) {
      const entries = this.#options.log.entries(from, REPLAY_BATCH, ["device", "administrator"]);
      for (const entry of entries) this.#replayOne(entry);
      const last = entries.at(-1);
      if (last === undefined) break;
      from = last.index + 1;
    }
    this.#registry.onStopped((stopped) => {
      if (stopped.status === "revoked") this.#tokens.voidAll(stopped.device);
    });
  }

  async recordAuthority(): Promise<void> {
    const { issued } = this.#options.authority;
    if (this.#caDigest !== undefined && this.#caDigest !== toHex(issued.sha256)) {
      throw new TwinwardError("CA_FOREIGN", "DATA/keys/ca.crt is not the certification authority this log knows", {
        remedy: "restore DATA/keys from the backup that belongs to this log",
      });
    }
    await this.#record(issued);
  }

  isSetUp(): boolean {
    return this.#administrators.isSetUp;
  }

  openSetup(serverUrl: string): Promise<string | undefined> {
    return this.#administrators.openSetup(serverUrl);
  }

  async useSetup(secret: string, name: string, source: string): Promise<NewCredential | AccessRefusal> {
    const answer = await this.#administrators.useSetup(secret, name);
    return isRefusal(answer) ? this.#wrongSecret(answer, source) : answer;
  }

  issueCredential(name: string, by: Principal): Promise<NewCredential> {
    return this.#administrators.issue(name, nameOf(by));
  }

  revokeCredential(id: string, by: Principal): Promise<AccessRefusal | undefined> {
    return this.#administrators.revoke(id, nameOf(by));
  }

  async issueToken(order: TokenOrder, by: Principal): Promise<TokenFile | AccessRefusal> {
    const { site, authority } = this.#options;
    const wanted = [order.device, ...(order.gatewayFor ?? [])];
    const unknown = wanted.find((id) => !site.devices.some((device) => device.id === id));
    if (unknown !== undefined) return refuseAccess("DEVICE_NOT_IN_SITE", "", "operator");
    const token = await this.#tokens.issue({
      device: order.device,
      lifeMs: order.lifeMs ?? TOKEN_LIFE_MS,
      gatewayFor: order.gatewayFor ?? [],
      by: nameOf(by),
    });
    const { server, device } = order;
    const expires = new Date(token.expiresMs).toISOString();
    return { v: 1, server, site: site.id, device, secret: token.secret, caSpki: authority.spkiHash, expires };
  }

  async enrol(request: unknown, source: string): Promise<EnrolmentAnswer | Refusal> {
    const answer = await this.#enrolment.enrol(request);
    if (!isRefusal(answer)) return answer;
    if (answer.code === "TOKEN_INVALID") return this.#wrongSecret(refuseAccess("TOKEN_INVALID"), source);
    this.ledger.count(answer.code, { kind: "outside", name: source });
    return answer;
  }

  async serverCertificate(hosts: readonly string[]): Promise<ServerCertificate> {
    const { key, certificate, issued } = await this.#options.authority.serverCertificate(hosts);
    await this.#record(issued);
    return { key, certificate };
  }

  authenticate(facts: RequestFacts): Principal | AccessRefusal {
    if (facts.authorization !== undefined) {
      const found = this.#administrators.find(BEARER.exec(facts.authorization)?.[1] ?? "");
      if (found === undefined) return this.#wrongSecret(refuseAccess("UNAUTHENTICATED"), facts.source);
      return { kind: "administrator", id: found.id, name: found.name };
    }
    if (facts.certificate === undefined) return ANONYMOUS;
    const fingerprint = createHash("sha256").update(facts.certificate).digest("hex");
    const registered = this.#registry.byCertificate(fingerprint);
    if (registered !== undefined) return { kind: "device", device: registered.device };
    this.ledger.count("UNAUTHENTICATED", { kind: "outside", name: facts.source });
    return refuseAccess("UNAUTHENTICATED", "The client certificate is not that of an enrolled device.");
  }

  allow(principal: Principal, action: Action, source: string): AccessRefusal | undefined {
    const refusal = decide(principal, action, this.isSetUp());
    if (refusal === undefined) return undefined;
    const isDevice = principal.kind === "device";
    this.ledger.count(refusal.code, {
      kind: isDevice ? "device" : "outside",
      name: isDevice ? principal.device : source,
    });
    return refusal;
  }

  /** Counts it, and says so when there were too many. */
  #wrongSecret(refusal: AccessRefusal, source: string): AccessRefusal {
    const answer = this.#attempts.failed(source) ? refuseAccess("TOO_MANY_ATTEMPTS") : refusal;
    this.ledger.count(answer.code, { kind: "outside", name: source });
    return answer;
  }

  #replayOne(entry: LogEntry): void {
    if (entry.kind === "device") {
      const act = deviceActOf(entry);
      this.#registry.replay(act, entry);
      this.#tokens.replay(act);
      return;
    }
    const facts = new FactReader(entry);
    if (facts.text("act") !== "certificate") {
      this.#administrators.replay(entry);
      return;
    }
    const digest = toHex(facts.bytes("sha256"));
    this.#certificates.add(digest);
    if (facts.text("purpose") === "ca") this.#caDigest = digest;
  }

  /** Every certificate file has its digest in the log. */
  async #record(issued: IssuedCertificate): Promise<void> {
    const digest = toHex(issued.sha256);
    if (this.#certificates.has(digest)) return;
    const { purpose, names, sha256, notAfterMs } = issued;
    const facts = { act: "certificate", purpose, names, sha256, notAfterMs };
    await this.#options.log.appendAll({ drafts: [{ kind: "administrator", facts }] });
    this.#certificates.add(digest);
  }
}
