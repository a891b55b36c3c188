/** The browser side of sign.ts: Ed25519 from a seed. Browsers verify; devices sign. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { TwinwardError } from "@twinward/kernel";
import { type Curve, usualAlgorithm } from "./algorithm.ts";
import { registeredKey } from "./public-key.ts";
import type { Signer } from "./signer.ts";

export function generateSigner(_curve: Curve): { readonly signer: Signer; readonly pem: string } {
  throw unavailable();
}

export function signerFromPem(_pem: string): Signer {
  throw unavailable();
}

export function signerFromSeed(seed: Uint8Array): Signer {
  const publicKey = registeredKey("ed25519", ed25519.getPublicKey(seed));
  const sign = (message: Uint8Array) => ed25519.sign(Uint8Array.from(message), seed);
  return { publicKey, algorithm: usualAlgorithm("ed25519"), sign };
}

function unavailable(): TwinwardError {
  return new TwinwardError("SIGNER_UNAVAILABLE", "keys are made and read from PEM in Node only");
}
