/**
 * What Node and the browser do differently: SHA-256, base64 and hexadecimal.
 *
 * This is the Node side; platform.browser.ts holds the same functions for browsers and is chosen by
 * the `browser` import condition of package.json. The kernel does no I/O on either side.
 */
import { hash } from "node:crypto";

const DIGEST_BYTES = 32;
/** Digests are cut from pieces of memory: one allocation each would cost more than hashing a short text. */
const DIGESTS_PER_PIECE = 64;
let piece = Buffer.allocUnsafeSlow(DIGESTS_PER_PIECE * DIGEST_BYTES);
let pieceUsed = 0;

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  if (pieceUsed === piece.length) {
    piece = Buffer.allocUnsafeSlow(DIGESTS_PER_PIECE * DIGEST_BYTES);
    pieceUsed = 0;
  }
  // A text of one character per byte is the cheapest form in which Node hands out a digest.
  piece.write(hash("sha256", data, "binary"), pieceUsed, DIGEST_BYTES, "latin1");
  const digest = new Uint8Array(piece.buffer, piece.byteOffset + pieceUsed, DIGEST_BYTES);
  pieceUsed += DIGEST_BYTES;
  return digest;
}

/** Base64 with padding, RFC 4648 section 4. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Undefined unless `text` is the one canonical base64 form of some bytes. */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? new Uint8Array(bytes) : undefined;
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** Undefined unless `text` is an even number of lower-case hexadecimal digits. */
export function fromHex(text: string): Uint8Array | undefined {
  return /^([0-9a-f]{2})*$/.test(text) ? new Uint8Array(Buffer.from(text, "hex")) : undefined;
}
