/**
 * Public keys of devices: their names, their forms, and the check at enrolment.
 *
 * A key is checked once, when it is enrolled: canonical, on its curve and (Ed25519) in the prime-order group. From
 * then on the registry vouches for it, and `registeredKey` is enough.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { assert, concatBytes, equalBytes, fromBase64, fromHex, sha256, toBase64 } from "@twinward/kernel";
import type { Curve } from "./algorithm.ts";
import { type FrameRefusal, refuseFrame } from "./refusals.ts";

export const KID_BYTES = 16;

export interface FramePublicKey {
  readonly curve: Curve;
  /** 32 bytes Ed25519, or 65 bytes uncompressed P-256. */
  readonly raw: Uint8Array;
  readonly kid: Uint8Array;
}

const RAW_BYTES: Readonly<Record<Curve, number>> = { ed25519: 32, p256: 65 };
/** The DER of a SubjectPublicKeyInfo up to the raw key: RFC 8410 and RFC 5480. */
const SPKI_PREFIX: Readonly<Record<Curve, Uint8Array>> = {
  ed25519: hex("302a300506032b6570032100"),
  p256: hex("3059301306072a8648ce3d020106082a8648ce3d030107034200"),
};

/** The first 16 bytes of SHA-256 of the raw public key. */
export function kidOf(raw: Uint8Array): Uint8Array {
  return sha256(raw).slice(0, KID_BYTES);
}

/** The key of a device that is enrolled already: its point was checked then. */
export function registeredKey(curve: Curve, raw: Uint8Array): FramePublicKey {
  assert(raw.length === RAW_BYTES[curve], "a registered key has the length of its curve");
  const own = Uint8Array.from(raw);
  return { curve, raw: own, kid: Uint8Array.from(kidOf(own)) };
}

/** Checks a key from outside: canonical encoding, on the curve, not of small or mixed order. Takes about 1 ms. */
export function checkPublicKey(curve: Curve, raw: Uint8Array): FramePublicKey | FrameRefusal {
  if (raw.length !== RAW_BYTES[curve]) return refuseFrame("KEY_INVALID", `It has ${raw.length} bytes.`);
  const refusal = curve === "ed25519" ? checkEd25519(raw) : checkP256(raw);
  return refusal ?? registeredKey(curve, raw);
}

function checkEd25519(raw: Uint8Array): FrameRefusal | undefined {
  try {
    const point = ed25519.Point.fromBytes(Uint8Array.from(raw), false);
    if (!equalBytes(point.toBytes(), raw)) return refuseFrame("KEY_INVALID");
    return !point.isSmallOrder() && point.isTorsionFree() ? undefined : refuseFrame("KEY_WEAK");
  } catch {
    return refuseFrame("KEY_INVALID");
  }
}

function checkP256(raw: Uint8Array): FrameRefusal | undefined {
  try {
    p256.Point.fromBytes(Uint8Array.from(raw)).assertValidity();
    return raw[0] === 4 ? undefined : refuseFrame("KEY_INVALID");
  } catch {
    return refuseFrame("KEY_INVALID");
  }
}

/** The checked key of a SubjectPublicKeyInfo, DER or PEM. */
export function publicKeyFromSpki(spki: Uint8Array | string): FramePublicKey | FrameRefusal {
  const der = typeof spki === "string" ? derOfPem(spki) : spki;
  for (const curve of ["ed25519", "p256"] as const) {
    const prefix = SPKI_PREFIX[curve];
    const matches =
      der.length === prefix.length + RAW_BYTES[curve] && equalBytes(der.subarray(0, prefix.length), prefix);
    if (matches) return checkPublicKey(curve, der.subarray(prefix.length));
  }
  return refuseFrame("KEY_INVALID", "Only Ed25519 and P-256 SubjectPublicKeyInfo are known.");
}

/** The DER SubjectPublicKeyInfo of a key. */
export function spkiOf(key: FramePublicKey): Uint8Array {
  return concatBytes(SPKI_PREFIX[key.curve], key.raw);
}

export function spkiPemOf(key: FramePublicKey): string {
  const lines = toBase64(spkiOf(key)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join("\n")}\n-----END PUBLIC KEY-----\n`;
}

function derOfPem(pem: string): Uint8Array {
  const body = /^-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]{1,400})-----END PUBLIC KEY-----\s*$/.exec(pem)?.[1];
  return fromBase64((body ?? "").replace(/\s/g, "")) ?? new Uint8Array(0);
}

function hex(text: string): Uint8Array {
  const bytes = fromHex(text);
  assert(bytes !== undefined, "a constant is hexadecimal");
  return bytes;
}
