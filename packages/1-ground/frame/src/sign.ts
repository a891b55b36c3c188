/** Signers of Node: keys from PKCS#8 PEM, from a seed, or new. sign.browser.ts holds what browsers can do. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { isRefusal, TwinwardError } from "@twinward/kernel";
import { type Curve, usualAlgorithm } from "./algorithm.ts";
import { type FramePublicKey, publicKeyFromSpki } from "./public-key.ts";
import type { Signer } from "./signer.ts";

const PKCS8_ED25519_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** A signer with a new key, and the key's PKCS#8 PEM for keeping (mode 0600). */
export function generateSigner(curve: Curve): { readonly signer: Signer; readonly pem: string } {
  const { privateKey } =
    curve === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { signer: signerOf(privateKey), pem: privateKey.export({ format: "pem", type: "pkcs8" }).toString() };
}

/** Throws KEY_UNREADABLE when the PEM is not an unencrypted Ed25519 or P-256 private key. */
export function signerFromPem(pem: string): Signer {
  try {
    return signerOf(createPrivateKey(pem));
  } catch (cause) {
    throw new TwinwardError("KEY_UNREADABLE", "not a private key we can sign with (Ed25519 or P-256, PEM)", { cause });
  }
}

/** The Ed25519 signer of a 32-byte seed (RFC 8032): for simulations and vectors. */
export function signerFromSeed(seed: Uint8Array): Signer {
  const der = Buffer.concat([PKCS8_ED25519_PREFIX, seed]);
  return signerOf(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
}

function signerOf(privateKey: KeyObject): Signer {
  const publicKey = publicKeyOf(privateKey);
  const algorithm = usualAlgorithm(publicKey.curve);
  if (publicKey.curve === "ed25519") {
    return { publicKey, algorithm, sign: (message) => new Uint8Array(sign(null, message, privateKey)) };
  }
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" } as const;
  return { publicKey, algorithm, sign: (message) => new Uint8Array(sign("sha256", message, key)) };
}

function publicKeyOf(privateKey: KeyObject): FramePublicKey {
  const der = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const publicKey = publicKeyFromSpki(new Uint8Array(der));
  if (isRefusal(publicKey)) throw new TwinwardError("KEY_UNREADABLE", publicKey.detail);
  return publicKey;
}
