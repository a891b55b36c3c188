/** Proof of possession at enrolment: what the new key signs together with the one-use secret of the token. */
import { concatBytes, sha256 } from "@twinward/kernel";

const PREFIX = new TextEncoder().encode("twinward-enrol-v1");

/**
 * `"twinward-enrol-v1"` followed by SHA-256 of the secret (UTF-8) and the public key.
 *
 * @param key the raw frame public key, or the DER SubjectPublicKeyInfo of the TLS key
 */
export function possessionStatement(secret: string, key: Uint8Array): Uint8Array {
  return concatBytes(PREFIX, sha256(new TextEncoder().encode(secret)), key);
}
