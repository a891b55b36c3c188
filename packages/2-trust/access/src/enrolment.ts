/**
 * Enrolment: how does a device's key become known to us, and our keys to the device?
 *
 * The token's secret shows that an administrator meant this device; the two signatures show that the sender holds both
 * private keys; the token carries the hash of our CA's key, so the device knows it speaks to us. Messages and the
 * signed statement are defined in docs/formats/enrolment.md.
 *
 * Invariant: the token is used up by the very entry that registers the key, and a failed request uses up nothing.
 */
import type { EvidenceLog } from "@twinward/evidence";
import {
  checkPublicKey,
  encodeSignalTable,
  type FramePublicKey,
  possessionStatement,
  publicKeyFromSpki,
  spkiOf,
  verifySignature,
  ZERO_DIGEST,
} from "@twinward/frame";
import { fromBase64, isRefusal, type Refusal, toHex } from "@twinward/kernel";
import type { Authority } from "./authority.ts";
import type { SignedAt, TokenIssued } from "./device-entries.ts";
import { refuseAccess } from "./refusals.ts";
import type { DeviceRegistry } from "./registry.ts";
import type { Tokens } from "./tokens.ts";

/** An ordered list of a device's signals: [name, UCUM unit]. */
export type SignalList = readonly (readonly [name: string, unit: string])[];

/** What access needs to know of the site. */
export interface AccessSite {
  readonly id: string;
  readonly devices: readonly AccessDevice[];
}

export interface AccessDevice {
  readonly id: string;
  readonly signedAt: SignedAt;
  /** In the order of its signal table. */
  readonly signals: SignalList;
}

/** docs/formats/enrolment.md */
export interface EnrolmentAnswer {
  readonly v: 1;
  readonly device: string;
  readonly site: string;
  readonly kid: string;
  readonly logKey: string;
  readonly caCrt: string;
  readonly tlsCrt: string;
  readonly signals: SignalList;
  readonly signalTableDigest: string;
  readonly lastBoot: number;
  readonly lastDigest: string;
}

interface Request {
  readonly secret: string;
  readonly frameKey: FramePublicKey;
  readonly proof: Uint8Array;
  readonly tlsKey: FramePublicKey;
  readonly tlsSpki: Uint8Array;
  readonly tlsProof: Uint8Array;
}

const FIELD_CHARACTERS_MAX = 1024;

export interface EnrolmentParts {
  readonly site: AccessSite;
  readonly log: EvidenceLog;
  readonly authority: Authority;
  readonly registry: DeviceRegistry;
  readonly tokens: Tokens;
}

export class Enrolment {
  readonly #parts: EnrolmentParts;

  constructor(parts: EnrolmentParts) {
    this.#parts = parts;
  }

  /** `body` is parsed JSON from outside, unchecked. */
  async enrol(body: unknown): Promise<EnrolmentAnswer | Refusal> {
    const fields = readFields(body);
    if (fields === undefined) return refuseAccess("ENROLMENT_MALFORMED");
    // The cheap secret before the costly keys: strangers get no curve arithmetic out of us.
    const token = this.#parts.tokens.take(fields.secret, fields.device);
    if (token === undefined) return refuseAccess("TOKEN_INVALID");
    const answer = await this.#register(fields, token);
    if (isRefusal(answer)) this.#parts.tokens.giveBack(token);
    return answer;
  }

  async #register(fields: Fields, token: TokenIssued): Promise<EnrolmentAnswer | Refusal> {
    const device = this.#parts.site.devices.find((known) => known.id === token.device);
    if (device === undefined) return refuseAccess("DEVICE_NOT_IN_SITE", "", "operator");
    const request = readKeys(fields);
    if (isRefusal(request)) return request;
    if (!provesPossession(request)) return refuseAccess("ENROLMENT_PROOF");
    const { registry } = this.#parts;
    if (registry.knowsKey(request.frameKey.kid) || registry.knowsKey(request.tlsKey.kid))
      return refuseAccess("KEY_IN_USE");
    const certificate = await this.#parts.authority.issueDevice(device.id, request.tlsSpki);
    // No await between this line and the append: a revocation comes before both or after both.
    if (!this.#parts.tokens.spend(token)) return refuseAccess("TOKEN_INVALID");
    const registered = await registry.register({
      device: device.id,
      key: request.frameKey,
      signedAt: device.signedAt,
      gatewayFor: token.gatewayFor,
      certificate: certificate.sha256,
      tlsKid: request.tlsKey.kid,
      token: token.token,
      by: `token:${token.token}`,
    });
    return isRefusal(registered) ? registered : this.#answer(device, request.frameKey, certificate.pem);
  }

  #answer(device: AccessDevice, key: FramePublicKey, tlsCrt: string): EnrolmentAnswer {
    const { site, log, authority } = this.#parts;
    const table = encodeSignalTable(device.id, device.signals);
    const last = log.lastFrame(device.id);
    return {
      v: 1,
      device: device.id,
      site: site.id,
      kid: toHex(key.kid),
      logKey: log.verifierKey,
      caCrt: authority.certificate,
      tlsCrt,
      signals: device.signals,
      signalTableDigest: toHex(table.digest),
      lastBoot: last?.boot ?? 0,
      lastDigest: toHex(last?.digest ?? ZERO_DIGEST),
    };
  }
}

const FIELDS = ["device", "secret", "framePublicKey", "frameAlg", "proof", "tlsPublicKey", "tlsProof"] as const;
type Fields = Readonly<Record<(typeof FIELDS)[number], string>>;

function readFields(body: unknown): Fields | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const object = body as Readonly<Record<string, unknown>> & { readonly v?: unknown };
  const isText = (name: string) => typeof object[name] === "string" && object[name].length <= FIELD_CHARACTERS_MAX;
  if (object.v !== 1 || !FIELDS.every((name) => Object.hasOwn(object, name) && isText(name))) return undefined;
  return object as unknown as Fields;
}

function readKeys(fields: Fields): Request | Refusal {
  const curve = fields.frameAlg;
  const raw = fromBase64(fields.framePublicKey);
  const [proof, tlsProof] = [fromBase64(fields.proof), fromBase64(fields.tlsProof)];
  if (raw === undefined || proof === undefined || tlsProof === undefined) {
    return refuseAccess("ENROLMENT_MALFORMED", "Byte strings are base64 with padding.");
  }
  if (curve !== "ed25519" && curve !== "p256") return refuseAccess("ENROLMENT_MALFORMED", "Unknown frameAlg.");
  const frameKey = checkPublicKey(curve, raw);
  if (isRefusal(frameKey)) return frameKey;
  const tlsKey = publicKeyFromSpki(fields.tlsPublicKey);
  if (isRefusal(tlsKey)) return tlsKey;
  // One key per purpose: a signature made for TLS must never be one over a frame.
  if (toHex(tlsKey.raw) === toHex(frameKey.raw)) {
    return refuseAccess("ENROLMENT_MALFORMED", "The TLS key and the frame key must differ.");
  }
  return { secret: fields.secret, frameKey, proof, tlsKey, tlsSpki: spkiOf(tlsKey), tlsProof };
}

function provesPossession(request: Request): boolean {
  const { secret, frameKey, proof, tlsKey, tlsSpki, tlsProof } = request;
  const frame = verifySignature(possessionStatement(secret, frameKey.raw), proof, frameKey);
  return frame && verifySignature(possessionStatement(secret, tlsSpki), tlsProof, tlsKey);
}
