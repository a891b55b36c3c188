/**
 * Verifier keys (c2sp.org/signed-note, "vkeys"): `<name>+<hex key id>+<base64(type || public key)>`.
 *
 * Two types are known: a log's own Ed25519 signature, and a witness's timestamped Ed25519 cosignature. The private half
 * never comes here: signing is a function that its owner passes in.
 */
import { concatBytes, equalBytes, fromBase64, fromHex, isRefusal, sha256, toBase64, toHex } from "@twinward/kernel";
import { type TlogRefusal, tlogRefusal } from "./refusals.ts";

/** 0x01: Ed25519 over the note text. 0x04: timestamped Ed25519 cosignature (c2sp.org/tlog-cosignature). */
export const SIGNATURE_TYPE = { ed25519: 0x01, cosignature: 0x04 } as const;

export type SignatureType = (typeof SIGNATURE_TYPE)[keyof typeof SIGNATURE_TYPE];

export interface VerifierKey {
  /** For a log its origin, for a witness its name. */
  readonly name: string;
  /** First four bytes of SHA-256(name || 0x0A || type || public key), lower-case hexadecimal. */
  readonly id: string;
  readonly type: SignatureType;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

const PUBLIC_KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
export const VERIFIER_KEY_CHARACTERS_MAX = 512;

/** The key of `name` with its key id worked out. */
export function verifierKeyOf(
  name: string,
  publicKey: Uint8Array,
  type: SignatureType = SIGNATURE_TYPE.ed25519,
): VerifierKey {
  const input = concatBytes(new TextEncoder().encode(`${name}\n`), Uint8Array.of(type), publicKey);
  return { name, id: toHex(sha256(input).subarray(0, KEY_ID_BYTES)), type, publicKey };
}

export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${key.id}+${toBase64(concatBytes(Uint8Array.of(key.type), key.publicKey))}`;
}

/** Refuses anything but the one canonical form, and a key id that does not belong to the key. */
export function parseVerifierKey(text: string): VerifierKey | TlogRefusal {
  if (text.length > VERIFIER_KEY_CHARACTERS_MAX) return malformed("too long");
  const [name, id, material, ...rest] = splitAtPlus(text);
  if (name === undefined || id === undefined || material === undefined || rest.length > 0) return malformed("parts");
  if (!isKeyName(name)) return malformed("name");
  const bytes = fromBase64(material);
  if (fromHex(id)?.length !== KEY_ID_BYTES || bytes === undefined) return malformed("encoding");
  const type = bytes[0];
  if (type !== SIGNATURE_TYPE.ed25519 && type !== SIGNATURE_TYPE.cosignature) return malformed("signature type");
  if (bytes.length !== 1 + PUBLIC_KEY_BYTES) return malformed("length of the public key");
  const key = verifierKeyOf(name, bytes.subarray(1), type);
  return key.id === id ? key : malformed("the key id does not belong to this name and key");
}

/** Parses several keys; the first refusal wins. */
export function parseVerifierKeys(texts: readonly string[]): VerifierKey[] | TlogRefusal {
  const keys: VerifierKey[] = [];
  for (const text of texts) {
    const key = parseVerifierKey(text);
    if (isRefusal(key)) return key;
    keys.push(key);
  }
  return keys;
}

export function sameVerifierKey(left: VerifierKey, right: VerifierKey): boolean {
  return left.name === right.name && left.type === right.type && equalBytes(left.publicKey, right.publicKey);
}

/** Non-empty, without Unicode spaces, control characters and plus. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && !/[\s+\u0085\p{Cc}\p{Zs}\p{Zl}\p{Zp}]/u.test(name) && name.isWellFormed();
}

/** Base64 may itself hold plus signs, so only the first two divide. */
function splitAtPlus(text: string): string[] {
  const first = text.indexOf("+");
  const second = text.indexOf("+", first + 1);
  if (first < 0 || second < 0) return [];
  return [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}

function malformed(what: string): TlogRefusal {
  return tlogRefusal("VERIFIER_KEY_MALFORMED", what);
}
