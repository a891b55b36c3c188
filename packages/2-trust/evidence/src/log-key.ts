/**
 * The key that signs checkpoints, and the chain of its successors.
 *
 * Invariant: each key after the first one is named by an entry that the key before it and the new one both signed.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { registeredKey, verifySignature } from "@twinward/frame";
import { isRefusal, type TimeBase, toBase64 } from "@twinward/kernel";
import { type NoteSigner, parseVerifierKey, SIGNATURE_TYPE, type VerifierKey, verifierKeyOf } from "@twinward/tlog";
import type { Fact } from "./entry.ts";
import { EvidenceError } from "./error.ts";

export interface LogKeyPair {
  /** PKCS #8 PEM, for keys/log.key. */
  readonly pem: string;
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export function generateLogKey(): LogKeyPair {
  return pairOf(generateKeyPairSync("ed25519").privateKey);
}

/** Throws LOG_KEY_MISSING when the file is not there or holds no Ed25519 key. */
export function readLogKey(path: string): LogKeyPair {
  try {
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyType !== "ed25519") throw new Error("not an Ed25519 key");
    return pairOf(key);
  } catch (cause) {
    throw new EvidenceError("LOG_KEY_MISSING", `${path}: ${(cause as Error).message}`, cause);
  }
}

function pairOf(key: KeyObject): LogKeyPair {
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    pem: key.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: new Uint8Array(spki.subarray(spki.length - 32)),
    sign: (message) => sign(null, message, key),
  };
}

/** Signs checkpoints of `origin`. */
export function signerOf(origin: string, pair: LogKeyPair): NoteSigner {
  return { key: verifierKeyOf(origin, pair.publicKey), sign: pair.sign };
}

/** Ed25519 by the one rule of the project. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verifySignature(message, signature, registeredKey("ed25519", publicKey));
}

/** One key of a log's life. */
export interface LogKeyTerm {
  readonly origin: string;
  readonly key: VerifierKey;
  /** Index of the entry that named it; it signs checkpoints of sizes above that. */
  readonly entry: number;
  /** Set when the term began with a recovery. */
  readonly lost?: LostHead;
}

/** What the log says about itself in its entries of the kinds genesis, key-rotation and recovery. */
export interface LogIdentity {
  readonly site: string;
  readonly timeBase: TimeBase;
  readonly terms: readonly LogKeyTerm[];
}

type Facts = { readonly [name: string]: Fact };

/** The last term: whose key signs now. */
export function currentTerm(identity: LogIdentity): LogKeyTerm {
  return identity.terms.at(-1) as LogKeyTerm;
}

/** The identity that entry 0 states; undefined when its facts are not a genesis. */
export function identityOf(facts: Facts): LogIdentity | undefined {
  const { origin, site, timeBase, keys } = facts;
  if (typeof origin !== "string" || typeof site !== "string" || !isTimeBase(timeBase)) return undefined;
  const log = typeof keys === "object" && keys !== null ? (keys as Facts).log : undefined;
  const key = logKeyOf(log);
  if (key === undefined || key.name !== origin) return undefined;
  return { site, timeBase, terms: [{ origin, key, entry: 0 }] };
}

/** A log signs as a log: a key of the cosigning type would let it appear as its own witness. */
function logKeyOf(text: Fact | undefined): VerifierKey | undefined {
  const key = typeof text === "string" ? parseVerifierKey(text) : undefined;
  return key === undefined || isRefusal(key) || key.type !== SIGNATURE_TYPE.ed25519 ? undefined : key;
}

function isTimeBase(fact: Fact | undefined): fact is TimeBase {
  return fact === "live" || fact === "simulated" || fact === "replay";
}

/** What both keys sign when one follows the other. */
export function rotationStatement(from: VerifierKey, to: VerifierKey): string {
  return `twinward-key-rotation-v1\n${keyLine(from)}\n${keyLine(to)}\n`;
}

/** The head that a recovery leaves behind. */
export interface LostHead {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  /** Entries [0, kept) go on under the new origin. */
  readonly kept: number;
}

/** What both keys sign when a log goes on under a new origin. */
export function recoveryStatement(from: VerifierKey, to: VerifierKey, lost: LostHead): string {
  const head = `${lost.oldSize}\n${toBase64(lost.oldRoot)}\n${lost.kept}`;
  return `twinward-recovery-v1\n${keyLine(from)}\n${keyLine(to)}\n${head}\n`;
}

function keyLine(key: VerifierKey): string {
  return `${key.name} ${toBase64(key.publicKey)}`;
}

/** The identity after a key-rotation or recovery entry; undefined when that entry is not signed by both keys. */
export function followTerm(
  identity: LogIdentity,
  kind: "key-rotation" | "recovery",
  entry: number,
  facts: Facts,
): LogIdentity | undefined {
  const before = currentTerm(identity);
  const next = logKeyOf(facts.new);
  if (next === undefined) return undefined;
  const statement = kind === "recovery" ? recoveryOf(facts, before.key, next) : rotationOf(before, next);
  const signatures = facts.signatures;
  if (statement === undefined || !Array.isArray(signatures) || signatures.length !== 2) return undefined;
  const message = new TextEncoder().encode(statement);
  const signed = [before.key, next].every((key, i) => isSignature(signatures[i], key, message));
  const lost = kind === "recovery" ? lostHeadOf(facts) : undefined;
  const term = { origin: next.name, key: next, entry, ...(lost && { lost }) };
  return signed ? { ...identity, terms: [...identity.terms, term] } : undefined;
}

function rotationOf(before: LogKeyTerm, next: VerifierKey): string | undefined {
  return next.name === before.origin ? rotationStatement(before.key, next) : undefined;
}

function recoveryOf(facts: Facts, from: VerifierKey, to: VerifierKey): string | undefined {
  const lost = lostHeadOf(facts);
  return lost === undefined || to.name === from.name ? undefined : recoveryStatement(from, to, lost);
}

/** The lost head that the facts of a recovery entry name. */
export function lostHeadOf(facts: Facts): LostHead | undefined {
  const { oldSize, oldRoot, kept } = facts;
  if (typeof oldSize !== "number" || typeof kept !== "number" || !(oldRoot instanceof Uint8Array)) return undefined;
  return { oldSize, oldRoot, kept };
}

function isSignature(signature: unknown, key: VerifierKey, message: Uint8Array): boolean {
  return signature instanceof Uint8Array && verifyEd25519(key.publicKey, message, signature);
}
