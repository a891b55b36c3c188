/**
 * Is this frame signed by this key? One rule for server, device, browser and auditor.
 *
 * Ed25519: ed25519-rule.ts, then the cofactorless equation. P-256: ECDSA with SHA-256 where both s are accepted, since
 * no digest covers the signature.
 */

import { equalBytes } from "@twinward/kernel";
import { verifyEd25519, verifyP256 } from "#verify";
import { curveOf, SIGNATURE_BYTES } from "./algorithm.ts";
import { mayBeEd25519 } from "./ed25519-rule.ts";
import type { ParsedFrame } from "./frame.ts";
import type { FramePublicKey } from "./public-key.ts";
import { type FrameRefusal, refuseFrame } from "./refusals.ts";

/** Undefined when the frame was signed by `key`, else why not. The caller found `key` by device and kid. */
export function verifyFrame(frame: ParsedFrame, key: FramePublicKey): FrameRefusal | undefined {
  if (curveOf(frame.header.algorithm) !== key.curve || !equalBytes(frame.header.kid, key.kid)) {
    return refuseFrame("FRAME_KEY_MISMATCH");
  }
  return verifySignature(frame.signed, frame.signature, key) ? undefined : refuseFrame("FRAME_SIGNATURE_INVALID");
}

/** True when `signature` (64 bytes) over `message` is the key's. Never throws on any signature or message. */
export function verifySignature(message: Uint8Array, signature: Uint8Array, key: FramePublicKey): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  if (key.curve === "p256") return verifyP256(signature, message, key);
  return mayBeEd25519(signature, key.raw) && verifyEd25519(signature, message, key);
}
