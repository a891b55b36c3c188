/**
 * Enrolment: how a device gets its identity from a one-use token.
 *
 * Both private keys are made here and never leave. The server is believed only when its chain ends in the CA whose key
 * hash the token carries; that is checked on a connection over which nothing secret was sent yet.
 */
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  DIGEST_BYTES,
  encodeSignalTable,
  generateSigner,
  possessionStatement,
  type Signer,
  spkiOf,
  spkiPemOf,
  ZERO_DIGEST,
} from "@twinward/frame";
import { fromHex, isRefusal, toBase64, toHex, UsageError } from "@twinward/kernel";
import { parseVerifierKey } from "@twinward/tlog";
import type { EnrolmentAnswer, EnrolmentRequest, EnrolmentToken } from "./enrolment-messages.ts";
import { postJson } from "./https-json.ts";
import { Identity, isSignalList } from "./identity.ts";
import { Outbox } from "./outbox.ts";
import { pinnedCa, spkiHash } from "./pinned-ca.ts";
import { type DeviceRefusal, refuseDevice } from "./refusals.ts";

export interface EnrolOptions {
  /** Curve of the frame key. Default `ed25519`. */
  readonly curve?: "ed25519" | "p256";
  /** Another address than the token's, e.g. behind a port forward. */
  readonly server?: string;
}

const TOKEN_TEXTS = ["server", "site", "device", "secret", "caSpki", "expires"] as const;
const ANSWER_TEXTS = ["device", "site", "kid", "logKey", "caCrt", "tlsCrt", "signalTableDigest", "lastDigest"] as const;

/** Reads a token file. Throws a UsageError when it is none. */
export function readToken(path: string): EnrolmentToken {
  try {
    const token: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (hasTexts(token, TOKEN_TEXTS)) return token as unknown as EnrolmentToken;
  } catch (cause) {
    throw new UsageError(`${path} cannot be read as an enrolment token`, { cause });
  }
  throw new UsageError(`${path} is not an enrolment token`, { remedy: "ask the site's administrator for a new one" });
}

/** Enrols the device and writes its folder. A refusal when the server cannot be believed or says no. */
export async function enrol(
  token: EnrolmentToken,
  dir: string,
  options: EnrolOptions = {},
): Promise<Identity | DeviceRefusal> {
  if (existsSync(join(dir, "identity.json"))) throw new UsageError(`${dir} holds an identity already`);
  const server = options.server ?? token.server;
  const ca = await pinnedCa(server, token.caSpki);
  if (isRefusal(ca)) return ca;
  const frame = generateSigner(options.curve ?? "ed25519");
  const tls = generateSigner("p256");
  const request = requestOf(token, frame.signer, tls.signer);
  const { status, body } = await postJson(new URL("/v1/enrolments", server), request, ca);
  if (status !== 200 && status !== 201) return refusedBy(body, status);
  const answer = checkAnswer(body, token, frame.signer, tls.signer);
  if (isRefusal(answer)) return answer;
  const { device, site, kid, logKey, signals, tlsCrt, caCrt } = answer;
  const facts = { v: 1, device, site, server, kid, logKey, signals } as const;
  const identity = Identity.save(dir, facts, { frameKey: frame.pem, tlsKey: tls.pem, tlsCrt, caCrt });
  await goOn(identity, answer);
  return identity;
}

/** A device that lost its disk or its key goes on behind its old chain: starting it again would look like a fork. */
async function goOn(identity: Identity, { lastBoot, lastDigest }: EnrolmentAnswer): Promise<void> {
  const outbox = Outbox.open(identity.outboxDir);
  outbox.continueAfter(lastBoot, fromHex(lastDigest) ?? ZERO_DIGEST);
  await outbox.close();
}

function requestOf(token: EnrolmentToken, frame: Signer, tls: Signer): EnrolmentRequest {
  const { device, secret } = token;
  return {
    v: 1,
    device,
    secret,
    framePublicKey: toBase64(frame.publicKey.raw),
    frameAlg: frame.publicKey.curve,
    proof: toBase64(frame.sign(possessionStatement(secret, frame.publicKey.raw))),
    tlsPublicKey: spkiPemOf(tls.publicKey),
    tlsProof: toBase64(tls.sign(possessionStatement(secret, spkiOf(tls.publicKey)))),
  };
}

function checkAnswer(
  body: unknown,
  token: EnrolmentToken,
  frame: Signer,
  tls: Signer,
): EnrolmentAnswer | DeviceRefusal {
  if (!hasTexts(body, ANSWER_TEXTS) || !isSignalList(body.signals)) return refuseDevice("ENROLMENT_ANSWER", "Fields.");
  const answer = body as unknown as EnrolmentAnswer;
  const table = encodeSignalTable(answer.device, answer.signals);
  if (answer.device !== token.device || answer.site !== token.site) return refuseDevice("ENROLMENT_ANSWER", "Names.");
  if (answer.kid !== toHex(frame.publicKey.kid)) return refuseDevice("ENROLMENT_ANSWER", "Key id.");
  if (answer.signalTableDigest !== toHex(table.digest)) return refuseDevice("ENROLMENT_ANSWER", "Signal table.");
  if (!Number.isSafeInteger(answer.lastBoot) || fromHex(answer.lastDigest)?.length !== DIGEST_BYTES)
    return refuseDevice("ENROLMENT_ANSWER", "Chain.");
  if (isRefusal(parseVerifierKey(answer.logKey))) return refuseDevice("ENROLMENT_ANSWER", "Log key.");
  return checkCertificates(answer, token, tls) ?? answer;
}

function checkCertificates(answer: EnrolmentAnswer, token: EnrolmentToken, tls: Signer): DeviceRefusal | undefined {
  try {
    const ca = new X509Certificate(answer.caCrt);
    const own = new X509Certificate(answer.tlsCrt);
    if (spkiHash(ca) !== token.caSpki) return refuseDevice("ENROLMENT_CA");
    const isOurs = own.publicKey.export({ format: "der", type: "spki" }).equals(spkiOf(tls.publicKey));
    return isOurs && own.verify(ca.publicKey) ? undefined : refuseDevice("ENROLMENT_ANSWER", "Certificate.");
  } catch {
    return refuseDevice("ENROLMENT_ANSWER", "Certificates.");
  }
}

function refusedBy(body: unknown, status: number): DeviceRefusal {
  const { code, detail } = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const isCode = typeof code === "string" && /^[A-Z0-9_]{1,64}$/.test(code);
  const why = `Status ${status}${isCode ? `, ${code}` : ""}${typeof detail === "string" ? `: ${detail}` : ""}`;
  return refuseDevice("ENROLMENT_REFUSED", why.replace(/[^\x20-\x7e]/g, "?"));
}

function hasTexts(value: unknown, names: readonly string[]): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const object = value as Readonly<Record<string, unknown>>;
  return object.v === 1 && names.every((name) => typeof object[name] === "string");
}
