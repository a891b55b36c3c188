/**
 * The part of the one verification rule for Ed25519 that every curve library answers differently.
 *
 * A signature is valid when S < L, A and R are canonical encodings, neither is of small order, and the cofactorless
 * equation [S]B = R + [k]A holds. Libraries disagree about the first four (RFC 8032 leaves room; see Chalkias,
 * Garillot, Nikolaenko: "Taming the many EdDSAs", 2020), so they are decided here, on bytes, before the library is asked.
 */
import { fromHex } from "@twinward/kernel";

/** L, little-endian. */
const GROUP_ORDER = constant("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
/** The y coordinates of the eight points of small order: 0, 1, p - 1 and the two of order 8. */
const SMALL_ORDER_Y = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
].map(constant);

/** True when signature (64 bytes) and key (32 bytes) may be handed to the curve library. */
export function mayBeEd25519(signature: Uint8Array, key: Uint8Array): boolean {
  return (
    signature.length === 64 &&
    key.length === 32 &&
    isBelowGroupOrder(signature, 32) &&
    isCanonicalAndBig(signature) &&
    isCanonicalAndBig(key)
  );
}

/** S < L, for the 32 bytes at `offset`, little-endian. */
function isBelowGroupOrder(bytes: Uint8Array, offset: number): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = bytes[offset + i]! - GROUP_ORDER[i]!;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** y < p, and the point is none of the eight of small order; the first 32 bytes. */
function isCanonicalAndBig(point: Uint8Array): boolean {
  if (!isBelowFieldPrime(point)) return false;
  for (const y of SMALL_ORDER_Y) if (hasY(point, y)) return false;
  return true;
}

/** y < 2^255 - 19. */
function isBelowFieldPrime(point: Uint8Array): boolean {
  if ((point[31]! & 127) !== 127 || point[0]! < 0xed) return true;
  for (let i = 1; i < 31; i++) if (point[i] !== 255) return true;
  return false;
}

function hasY(point: Uint8Array, y: Uint8Array): boolean {
  for (let i = 0; i < 31; i++) if (point[i] !== y[i]) return false;
  return (point[31]! & 127) === y[31];
}

function constant(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array(0);
}
