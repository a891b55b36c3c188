/**
 * Device registry: whose key is this, and may it still speak?
 *
 * The registry is nothing but the log's entries of kind `device`, replayed: it survives a restart and can be proven.
 * The index in memory is what the door asks once per frame (`byKid`), so it costs well under a microsecond.
 *
 * Invariants: a key belongs to one device for ever; a device has at most one active key; a retired or revoked key never
 * becomes active again; a revocation works in memory before its entry is even queued.
 */
import type { EvidenceLog, LogEntry, Receipt } from "@twinward/evidence";
import type { FramePublicKey } from "@twinward/frame";
import { registeredKey } from "@twinward/frame";
import { assert } from "@twinward/kernel";
import { type DeviceAct, draftOf, type KeyRegistered, type SignedAt } from "./device-entries.ts";
import { type AccessRefusal, refuseAccess } from "./refusals.ts";

/** `retired`: the device has enrolled again with another key. */
export type { SignedAt };

export type KeyStatus = "active" | "retired" | "revoked";

export interface RegisteredDevice {
  readonly device: string;
  readonly key: FramePublicKey;
  readonly signedAt: SignedAt;
  /** Devices this one may sign for besides itself. */
  readonly gatewayFor: ReadonlySet<string>;
  /** Lower-case hexadecimal SHA-256 of the DER of its TLS client certificate. */
  readonly certificate: string | undefined;
  readonly sinceMs: number;
  /** Changes in place: whoever holds this object sees a revocation at once. */
  readonly status: KeyStatus;
}

/** What the door needs to know; reading only. */
export interface DeviceLookup {
  /** By the 16 bytes of the key id; also retired and revoked ones. */
  byKid(kid: Uint8Array): RegisteredDevice | undefined;
  /** The newest registration of the device, active or not. */
  byDevice(device: string): RegisteredDevice | undefined;
}

/** Who registers which key; `by` is the name of a principal. */
export interface Registration {
  readonly device: string;
  readonly key: FramePublicKey;
  readonly signedAt: SignedAt;
  readonly gatewayFor?: readonly string[];
  /** SHA-256 of the certificate's DER. */
  readonly certificate?: Uint8Array;
  /** Key id of the TLS key, so that no key ever serves two purposes or two devices. */
  readonly tlsKid?: Uint8Array;
  readonly token?: string;
  readonly by: string;
}

export interface DeviceRegistry extends DeviceLookup {
  /** Only an active device's own certificate finds it. `fingerprint`: lower-case hexadecimal SHA-256 of the DER. */
  byCertificate(fingerprint: string): RegisteredDevice | undefined;
  /** Whether a key with this id is or was ever registered, for frames or for TLS. */
  knowsKey(kid: Uint8Array | undefined): boolean;
  /** Newest registration per device, in order of the device id. */
  list(): RegisteredDevice[];
  /** Durable when it answers. A device that has a key already gets the new one; the old one retires. */
  register(registration: Registration): Promise<RegisteredDevice | AccessRefusal>;
  /** Works at once; durable when it answers. */
  revoke(device: string, reason: string, by: string): Promise<AccessRefusal | undefined>;
  /** Called at the moment of a revocation or retirement, so that live sessions can be cut. */
  onStopped(listener: (stopped: RegisteredDevice) => void): void;
}

type Mutable<Value> = { -readonly [Name in keyof Value]: Value[Name] };

const REASON_CHARACTERS_MAX = 200;

export class LogDeviceRegistry implements DeviceRegistry {
  readonly #log: EvidenceLog;
  readonly #byKid = new Map<string, Mutable<RegisteredDevice>>();
  readonly #byDevice = new Map<string, Mutable<RegisteredDevice>>();
  readonly #byCertificate = new Map<string, Mutable<RegisteredDevice>>();
  /** Ids of all TLS keys there ever were. */
  readonly #tlsKids = new Set<string>();
  /** Revocations so far per device, to see one that overtakes a registration under way. */
  readonly #revocations = new Map<string, number>();
  readonly #listeners: ((stopped: RegisteredDevice) => void)[] = [];

  constructor(log: EvidenceLog) {
    this.#log = log;
  }

  /** Replays one act of the log; called for each at start, in order. */
  replay(act: DeviceAct, entry: LogEntry): void {
    if (act.act === "registered") this.#activate(act, entry.atMs);
    if (act.act === "revoked") this.#stop(act.device, "revoked");
  }

  byKid(kid: Uint8Array): RegisteredDevice | undefined {
    return this.#byKid.get(textOf(kid));
  }

  byDevice(device: string): RegisteredDevice | undefined {
    return this.#byDevice.get(device);
  }

  byCertificate(fingerprint: string): RegisteredDevice | undefined {
    const found = this.#byCertificate.get(fingerprint);
    return found?.status === "active" ? found : undefined;
  }

  knowsKey(kid: Uint8Array | undefined): boolean {
    return kid !== undefined && (this.#byKid.has(textOf(kid)) || this.#tlsKids.has(textOf(kid)));
  }

  list(): RegisteredDevice[] {
    return [...this.#byDevice.values()].sort((a, b) => (a.device < b.device ? -1 : 1));
  }

  async register(registration: Registration): Promise<RegisteredDevice | AccessRefusal> {
    const kid = textOf(registration.key.kid);
    if (this.knowsKey(registration.key.kid) || this.knowsKey(registration.tlsKid)) return refuseAccess("KEY_IN_USE");
    const act: KeyRegistered = {
      act: "registered",
      device: registration.device,
      kid: registration.key.kid,
      curve: registration.key.curve,
      key: registration.key.raw,
      signedAt: registration.signedAt,
      gatewayFor: registration.gatewayFor ?? [],
      certificate: registration.certificate ?? null,
      tlsKid: registration.tlsKid ?? null,
      token: registration.token ?? null,
      by: registration.by,
    };
    // Until the entry is durable the key is reserved but not active: a frame signed with it waits for the answer.
    const reserved = this.#entryOf(act, 0, "retired");
    this.#byKid.set(kid, reserved);
    const revocations = this.#revocations.get(act.device);
    const receipt = await this.#append(act).finally(() => this.#byKid.delete(kid));
    // Durable from here on: after a crash on this line the replayed registry has the key active.
    const active = this.#activate(act, this.#log.entry(receipt.index)?.atMs ?? 0);
    // The revocation's entry comes after this registration's, so it covers the new key too.
    if (this.#revocations.get(act.device) !== revocations) this.#stop(act.device, "revoked");
    return active;
  }

  async revoke(device: string, reason: string, by: string): Promise<AccessRefusal | undefined> {
    if (this.#byDevice.get(device)?.status !== "active") return refuseAccess("DEVICE_NOT_REGISTERED", "", "operator");
    this.#revocations.set(device, (this.#revocations.get(device) ?? 0) + 1);
    this.#stop(device, "revoked");
    const said = reason.slice(0, REASON_CHARACTERS_MAX);
    await this.#log.appendAll({ drafts: [draftOf({ act: "revoked", device, reason: said, by })] });
    return undefined;
  }

  onStopped(listener: (stopped: RegisteredDevice) => void): void {
    this.#listeners.push(listener);
  }

  async #append(act: KeyRegistered): Promise<Receipt> {
    const [receipt] = await this.#log.appendAll({ drafts: [draftOf(act)] });
    assert(receipt !== undefined, "the log answers one receipt per draft");
    return receipt;
  }

  #activate(act: KeyRegistered, atMs: number): RegisteredDevice {
    this.#stop(act.device, "retired");
    const active = this.#entryOf(act, atMs, "active");
    this.#byKid.set(textOf(act.kid), active);
    this.#byDevice.set(act.device, active);
    if (act.tlsKid !== null) this.#tlsKids.add(textOf(act.tlsKid));
    if (active.certificate !== undefined) this.#byCertificate.set(active.certificate, active);
    return active;
  }

  #entryOf(act: KeyRegistered, sinceMs: number, status: KeyStatus): Mutable<RegisteredDevice> {
    return {
      device: act.device,
      key: registeredKey(act.curve, act.key),
      signedAt: act.signedAt,
      gatewayFor: new Set(act.gatewayFor),
      certificate: act.certificate === null ? undefined : Buffer.from(act.certificate).toString("hex"),
      sinceMs,
      status,
    };
  }

  #stop(device: string, status: "retired" | "revoked"): void {
    const known = this.#byDevice.get(device);
    if (known === undefined || known.status !== "active") return;
    known.status = status;
    if (known.certificate !== undefined) this.#byCertificate.delete(known.certificate);
    for (const listener of this.#listeners) listener(known);
  }
}

/** A map key for 16 bytes: one character each. */
function textOf(kid: Uint8Array): string {
  return Buffer.from(kid.buffer, kid.byteOffset, kid.byteLength).toString("latin1");
}
