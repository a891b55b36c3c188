/**
 * The browser side of verify.ts, on the curve library. Its own Ed25519 `verify` multiplies by the cofactor and
 * accepts what Node refuses, so the cofactorless equation is computed here.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes } from "@twinward/kernel";
import type { FramePublicKey } from "./public-key.ts";

const { Point } = ed25519;

/** [S]B - [k]A encoded must be the very bytes of R. */
export function verifyEd25519(signature: Uint8Array, message: Uint8Array, key: FramePublicKey): boolean {
  try {
    const encodedR = signature.subarray(0, 32);
    const k = littleEndian(sha512(concatBytes(encodedR, key.raw, message))) % Point.Fn.ORDER;
    const s = littleEndian(signature.subarray(32));
    const r = Point.BASE.multiplyUnsafe(s).subtract(Point.fromBytes(key.raw, false).multiplyUnsafe(k));
    return equalBytes(r.toBytes(), encodedR);
  } catch {
    return false;
  }
}

/** ECDSA P-256 with SHA-256, r || s; high s too. */
export function verifyP256(signature: Uint8Array, message: Uint8Array, key: FramePublicKey): boolean {
  try {
    return p256.verify(Uint8Array.from(signature), Uint8Array.from(message), key.raw, { lowS: false });
  } catch {
    return false;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  let number = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) number = number * 256n + BigInt(bytes[i]!);
  return number;
}
