/**
 * Signed notes (c2sp.org/signed-note): text, an empty line, signature lines.
 *
 * The text of a note means nothing until a known key's signature over it has verified; so `openNote` is the only way to
 * the text, and it refuses when any signature under a known key is wrong, even if another one is right.
 */
import { concatBytes, fromBase64, fromHex, isRefusal, toBase64, toHex } from "@twinward/kernel";
import { type TlogRefusal, tlogRefusal } from "./refusals.ts";
import { isKeyName, SIGNATURE_TYPE, type VerifierKey } from "./verifier-key.ts";

/** Ed25519 by the one rule of the project; the caller brings it, because Node and browsers differ. */
export type Ed25519Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

export interface NoteSigner {
  readonly key: VerifierKey;
  /** Ed25519 over `message`, 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  /** Lower-case hexadecimal. */
  readonly id: string;
  /** What follows the four bytes of the key id. */
  readonly signature: Uint8Array;
}

export interface OpenedNote {
  /** Ends in a newline. */
  readonly text: string;
  /** The known keys whose signatures verified, in the note's order. */
  readonly signedBy: readonly VerifierKey[];
}

export const NOTE_CHARACTERS_MAX = 64 * 1024;
export const NOTE_SIGNATURES_MAX = 64;
const SIGNATURE_BYTES = 64;
const TIMESTAMP_BYTES = 8;
const KEY_ID_BYTES = 4;
const encoder = new TextEncoder();

/** The note of `text` (ending in a newline) with one signature line per signer. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  const message = encoder.encode(text);
  const lines = signers.map(({ key, sign }) => {
    const id = fromHex(key.id) ?? new Uint8Array(KEY_ID_BYTES);
    return `— ${key.name} ${toBase64(concatBytes(id, sign(message)))}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

/** The text and who signed it; refuses when no known key did, or a known key's signature is wrong. */
export function openNote(note: string, known: readonly VerifierKey[], verify: Ed25519Verify): OpenedNote | TlogRefusal {
  const parsed = parseNote(note);
  if (isRefusal(parsed)) return parsed;
  const signedBy: VerifierKey[] = [];
  for (const signature of parsed.signatures) {
    const key = known.find(({ name, id }) => name === signature.name && id === signature.id);
    if (key === undefined) continue;
    if (!isSignedBy(parsed.text, key, signature.signature, verify)) {
      return tlogRefusal("NOTE_SIGNATURE_WRONG", `signature of ${key.name}+${key.id}`);
    }
    if (!signedBy.includes(key)) signedBy.push(key);
  }
  if (signedBy.length === 0) return tlogRefusal("NOTE_UNSIGNED", "no signature by a known key");
  return { text: parsed.text, signedBy };
}

/** The shape of a note, its signatures unchecked: for showing and for choosing keys, never for believing. */
export function parseNote(
  note: string,
): { readonly text: string; readonly signatures: readonly NoteSignature[] } | TlogRefusal {
  if (note.length > NOTE_CHARACTERS_MAX) return malformed("longer than the limit");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids exactly these.
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note) || !note.isWellFormed()) return malformed("control characters");
  const split = note.lastIndexOf("\n\n");
  if (split < 0) return malformed("no empty line");
  const text = note.slice(0, split + 1);
  const block = note.slice(split + 2);
  if (block === "" || !block.endsWith("\n")) return malformed("signature lines");
  const lines = block.slice(0, -1).split("\n");
  if (lines.length > NOTE_SIGNATURES_MAX) return malformed("too many signatures");
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (signature === undefined) return malformed("signature line");
    signatures.push(signature);
  }
  return { text, signatures };
}

function parseSignatureLine(line: string): NoteSignature | undefined {
  const [dash, name, encoded, ...rest] = line.split(" ");
  if (dash !== "—" || name === undefined || encoded === undefined || rest.length > 0) return undefined;
  const bytes = fromBase64(encoded);
  if (!isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  return { name, id: toHex(bytes.subarray(0, KEY_ID_BYTES)), signature: bytes.slice(KEY_ID_BYTES) };
}

function isSignedBy(text: string, key: VerifierKey, signature: Uint8Array, verify: Ed25519Verify): boolean {
  if (key.type === SIGNATURE_TYPE.ed25519) {
    return signature.length === SIGNATURE_BYTES && verify(key.publicKey, encoder.encode(text), signature);
  }
  if (signature.length !== TIMESTAMP_BYTES + SIGNATURE_BYTES) return false;
  const timestamp = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  if (timestamp >= 2n ** 63n) return false;
  const message = encoder.encode(`cosignature/v1\ntime ${timestamp}\n${text}`);
  return verify(key.publicKey, message, signature.subarray(TIMESTAMP_BYTES));
}

function malformed(what: string): TlogRefusal {
  return tlogRefusal("NOTE_MALFORMED", what);
}
