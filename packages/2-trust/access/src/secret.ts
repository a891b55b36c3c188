/**
 * Secrets we hand out: 256 random bits, kept only as a salted SHA-256.
 *
 * A slow hash protects secrets that people choose; these are drawn by the operating system, so guessing is hopeless
 * and one SHA-256 keeps a flood of guesses cheap. The salt, new for each secret, keeps two logs from sharing hashes.
 */
import { timingSafeEqual } from "node:crypto";
import { concatBytes, sha256 } from "@twinward/kernel";

/** Random bytes from the operating system; tests bring their own. */
export type RandomBytes = (length: number) => Uint8Array;

const SECRET_BYTES = 32;
const SALT_BYTES = 16;
const ID_BYTES = 8;
const DOMAIN = new TextEncoder().encode("twinward-secret-v1\0");

/** What is stored, in the log, for a secret. */
export interface SecretRecord {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

export interface NewSecret extends SecretRecord {
  /** Public name of the secret, 16 hexadecimal digits. */
  readonly id: string;
  /** `id.secret`, base64url: shown once, never stored. */
  readonly text: string;
}

export function newSecret(random: RandomBytes): NewSecret {
  const id = Buffer.from(random(ID_BYTES)).toString("hex");
  const secret = Buffer.from(random(SECRET_BYTES)).toString("base64url");
  const salt = random(SALT_BYTES);
  return { id, text: `${id}.${secret}`, salt, hash: hashOf(salt, secret) };
}

/** Splits `id.secret`; undefined when it is not of that form. */
export function splitSecret(text: string): { readonly id: string; readonly secret: string } | undefined {
  const match = /^([0-9a-f]{16})\.([A-Za-z0-9_-]{43})$/.exec(text);
  return match ? { id: match[1] as string, secret: match[2] as string } : undefined;
}

const NOBODY: SecretRecord = { salt: new Uint8Array(SALT_BYTES), hash: new Uint8Array(32) };

/** Constant time for every record; an unknown id (undefined) costs the same as a wrong secret. */
export function secretMatches(record: SecretRecord | undefined, secret: string): boolean {
  const known = record ?? NOBODY;
  const same = timingSafeEqual(hashOf(known.salt, secret), known.hash);
  return same && record !== undefined;
}

function hashOf(salt: Uint8Array, secret: string): Uint8Array {
  return sha256(concatBytes(DOMAIN, salt, Buffer.from(secret, "utf8")));
}
