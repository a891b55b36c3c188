/**
 * For tests: signatures on which Ed25519 libraries disagree, made with the curve's points, and what our rule says.
 *
 * The families are those of Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs" (2020); the values are our own.
 * The same list lies in docs/formats/vectors/frame/ed25519-edges.json for implementations in other languages.
 */
import { createHash } from "node:crypto";
import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js";
import { concatBytes, toHex } from "@twinward/kernel";

export interface Ed25519Edge {
  readonly what: string;
  readonly message: string;
  readonly publicKey: string;
  readonly signature: string;
  readonly valid: boolean;
}

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;
const L = Point.Fn.ORDER;
const P = 2n ** 255n - 19n;
const SECRET = 0x1234567890abcdef1234567890abcdefn;
const NONCE = 0xfedcba0987654321fedcba0987654321n;
const TORSION = ED25519_TORSION_SUBGROUP.map((hex) => Point.fromHex(hex));
const MESSAGE = new TextEncoder().encode("twinward");

export function ed25519Edges(): Ed25519Edge[] {
  const key = Point.BASE.multiply(SECRET);
  const nonce = Point.BASE.multiply(NONCE);
  const edges = [edge("an ordinary signature", key.toBytes(), nonce.toBytes(), true)];
  for (let i = 1; i < 8; i++) {
    const torsion = TORSION[i]!;
    edges.push(edge(`R of mixed order, torsion ${i}`, key.toBytes(), nonce.add(torsion).toBytes(), false));
    edges.push(edge(`R of small order, torsion ${i}`, key.toBytes(), torsion.toBytes(), false, 0n));
    edges.push(edge(`A of small order, torsion ${i}`, torsion.toBytes(), nonce.toBytes(), false, NONCE, 0n));
    edges.push(mixedKey(i, key.add(torsion), nonce));
  }
  edges.push(edge("R is the neutral element", key.toBytes(), TORSION[0]!.toBytes(), false, 0n));
  edges.push(edge("R = 1 with the sign bit set", key.toBytes(), littleEndian(1n + 2n ** 255n), false, 0n));
  edges.push(edge("R = p + 1, not canonical", key.toBytes(), littleEndian(P + 1n), false, 0n));
  edges.push(edge("A = p + 1, not canonical", littleEndian(P + 1n), nonce.toBytes(), false, NONCE, 0n));
  edges.push(edge("A = p, not canonical", littleEndian(P), nonce.toBytes(), false, NONCE, 0n));
  for (const lift of [1n, 2n, 15n]) edges.push(liftedS(key, nonce, lift));
  edges.push({
    ...edges[0]!,
    what: "S = L",
    signature: `${edges[0]!.signature.slice(0, 64)}${toHex(littleEndian(L))}`,
    valid: false,
  });
  return edges;
}

/** R, S and A that satisfy the equation multiplied by the cofactor, and for torsion 0 the plain one. */
function edge(
  what: string,
  key: Uint8Array,
  encodedR: Uint8Array,
  valid: boolean,
  nonce = NONCE,
  secret = SECRET,
): Ed25519Edge {
  const s = (nonce + challenge(encodedR, key, MESSAGE) * secret) % L;
  return text(what, MESSAGE, key, concatBytes(encodedR, littleEndian(s)), valid);
}

/** A key outside the prime-order group whose signature is wrong by the plain equation: k is not a multiple of 8. */
function mixedKey(i: number, key: Point, nonce: Point): Ed25519Edge {
  for (let counter = 0; ; counter++) {
    const message = new TextEncoder().encode(`twinward ${counter}`);
    const k = challenge(nonce.toBytes(), key.toBytes(), message);
    if (k % 8n === 0n || TORSION[i]!.multiplyUnsafe(k % 8n).is0()) continue;
    const s = littleEndian((NONCE + k * SECRET) % L);
    return text(`A of mixed order, torsion ${i}`, message, key.toBytes(), concatBytes(nonce.toBytes(), s), false);
  }
}

function liftedS(key: Point, nonce: Point, lift: bigint): Ed25519Edge {
  const s = (NONCE + challenge(nonce.toBytes(), key.toBytes(), MESSAGE) * SECRET) % L;
  const signature = concatBytes(nonce.toBytes(), littleEndian(s + lift * L));
  return text(`S + ${lift} L`, MESSAGE, key.toBytes(), signature, false);
}

function text(what: string, message: Uint8Array, key: Uint8Array, signature: Uint8Array, valid: boolean): Ed25519Edge {
  return { what, message: toHex(message), publicKey: toHex(key), signature: toHex(signature), valid };
}

function challenge(encodedR: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  const hash = createHash("sha512")
    .update(concatBytes(encodedR, key, message))
    .digest();
  return BigInt(`0x${toHex(hash.reverse())}`) % L;
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}
