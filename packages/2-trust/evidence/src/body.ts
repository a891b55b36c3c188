/**
 * Bodies: encrypted beside the entry that commits to them, so that erasing one touches no proof.
 *
 * Sealed form: 12 bytes nonce, AES-256-GCM ciphertext, 16 bytes tag. The nonce is six random bytes of this start and the
 * entry's index, so that no two bodies share one even when a crash or a restored backup makes an index come again.
 * What is sealed is the salt and the body; for frames the body alone, because a frame brings its own salt.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { frameDigest, parseFrame } from "@twinward/frame";
import { concatBytes, equalBytes, isRefusal, sha256 } from "@twinward/kernel";
import type { DataKey } from "./data-key.ts";

export const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Random part of the nonces of one start of the process. */
export const NONCE_PREFIX_BYTES = 6;

/** The commitment that the entry holds: SHA-256 over 16 random bytes and the body. */
export function commitmentOf(salt: Uint8Array, body: Uint8Array): Uint8Array {
  return sha256(concatBytes(salt, body));
}

/** One kept buffer, grown when a longer body comes: sealed bytes go straight into a statement, which copies them. */
let scratch = Buffer.allocUnsafeSlow(4096);
let nonce = scratch.subarray(0, NONCE_BYTES);

/** `plain` is a frame, or salt and body. The answer is valid until the next call. */
export function seal(plain: Uint8Array, key: DataKey, noncePrefix: Uint8Array, index: number): Buffer {
  const length = NONCE_BYTES + plain.length + TAG_BYTES;
  if (length > scratch.length) {
    scratch = Buffer.allocUnsafeSlow(2 * length);
    nonce = scratch.subarray(0, NONCE_BYTES);
  }
  scratch.set(noncePrefix);
  scratch.writeUIntBE(index, NONCE_PREFIX_BYTES, NONCE_BYTES - NONCE_PREFIX_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key.cipherKey, nonce);
  scratch.set(cipher.update(plain), NONCE_BYTES);
  cipher.final();
  scratch.set(cipher.getAuthTag(), NONCE_BYTES + plain.length);
  return scratch.subarray(0, length);
}

/** Undefined when the bytes were not sealed with this key. */
export function unseal(sealed: Uint8Array, key: DataKey): Uint8Array | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key.cipherKey, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const plain = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
    decipher.final();
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
  } catch {
    return undefined;
  }
}

/** True when what was sealed is what the entry commits to: by its commitment, or for frames by the frame digest. */
export function isCommitted(
  plain: Uint8Array,
  commitment: Uint8Array | undefined,
  digest: Uint8Array | undefined,
): boolean {
  if (commitment !== undefined) return equalBytes(sha256(plain), commitment);
  const frame = parseFrame(plain);
  return !isRefusal(frame) && digest !== undefined && equalBytes(frameDigest(frame), digest);
}

/** The body out of what was sealed. */
export function bodyOf(plain: Uint8Array, commitment: Uint8Array | undefined): Uint8Array {
  return commitment === undefined ? plain : plain.subarray(SALT_BYTES);
}
