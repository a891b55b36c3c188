/**
 * The checker's own reading of what the log hands out (c2sp.org/tlog-proof@v1, signed-note, tlog-checkpoint), with
 * node:crypto alone. It only has to read what is right; everything else is `undefined`.
 */
import { createPublicKey, type KeyObject, verify } from "node:crypto";

export interface Head {
  readonly size: number;
  readonly root: Buffer;
}

export interface GivenProof {
  readonly index: number;
  readonly entry: Buffer;
  readonly path: readonly Buffer[];
  readonly head: Head;
}

/** `origin+keyid+base64(type, key)`. */
export interface LogKey {
  readonly origin: string;
  readonly publicKey: KeyObject;
}

const SPKI_ED25519 = Buffer.from("302a300506032b6570032100", "hex");

export function logKeyOf(vkey: string): LogKey {
  const [origin = "", , ...material] = vkey.split("+");
  const raw = Buffer.from(material.join("+"), "base64").subarray(1);
  return {
    origin,
    publicKey: createPublicKey({ key: Buffer.concat([SPKI_ED25519, raw]), format: "der", type: "spki" }),
  };
}

/** The head that this note signs; undefined when the log's key did not. */
export function headOf(note: string, key: LogKey): Head | undefined {
  const split = note.indexOf("\n\n");
  const text = note.slice(0, split + 1);
  const [origin, size, root] = text.split("\n");
  const line = note
    .slice(split + 2)
    .split("\n")
    .find((candidate) => candidate.startsWith(`— ${key.origin} `));
  const signature = Buffer.from(line?.split(" ")[2] ?? "", "base64").subarray(4);
  const isSigned = signature.length === 64 && verify(null, Buffer.from(text), key.publicKey, signature);
  if (!isSigned || origin !== key.origin) return undefined;
  return { size: Number(size), root: Buffer.from(root ?? "", "base64") };
}

export function proofOf(text: string, key: LogKey): GivenProof | undefined {
  const split = text.indexOf("\n\n");
  const [magic, extra = "", index = "", ...path] = text.slice(0, split).split("\n");
  const head = headOf(text.slice(split + 2), key);
  if (magic !== "c2sp.org/tlog-proof@v1" || head === undefined) return undefined;
  if (!extra.startsWith("extra ") || !index.startsWith("index ")) return undefined;
  return {
    index: Number(index.slice(6)),
    entry: Buffer.from(extra.slice(6), "base64"),
    path: path.map((hash) => Buffer.from(hash, "base64")),
    head,
  };
}
