/**
 * The curve libraries of Node: sodium-native for Ed25519 (1.7 times as fast), node:crypto for P-256 and where sodium
 * has no binary. Callers have applied ed25519-rule.ts; verify.browser.ts answers the same for every input.
 */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { createRequire } from "node:module";
import { type FramePublicKey, spkiOf } from "./public-key.ts";

interface Sodium {
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean;
}

const sodium = loadSodium();
const keyObjects = new WeakMap<FramePublicKey, KeyObject>();

/** Cofactorless Ed25519: both libraries recompute R and compare its bytes. */
export function verifyEd25519(signature: Uint8Array, message: Uint8Array, key: FramePublicKey): boolean {
  if (sodium !== undefined) return sodium.crypto_sign_verify_detached(signature, message, key.raw);
  return verifyEd25519ByNode(signature, message, key);
}

export function verifyEd25519ByNode(signature: Uint8Array, message: Uint8Array, key: FramePublicKey): boolean {
  return verify(null, message, keyObject(key), signature);
}

/** ECDSA P-256 with SHA-256, r || s; high s too. */
export function verifyP256(signature: Uint8Array, message: Uint8Array, key: FramePublicKey): boolean {
  return verify("sha256", message, { key: keyObject(key), dsaEncoding: "ieee-p1363" }, signature);
}

function keyObject(key: FramePublicKey): KeyObject {
  let object = keyObjects.get(key);
  if (object === undefined) {
    object = createPublicKey({ key: Buffer.from(spkiOf(key)), format: "der", type: "spki" });
    keyObjects.set(key, object);
  }
  return object;
}

function loadSodium(): Sodium | undefined {
  try {
    const require = createRequire(import.meta.url);
    return require("sodium-native") as Sodium;
  } catch {
    return undefined;
  }
}
