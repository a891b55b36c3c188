/**
 * Data keys: what bodies are encrypted with, and what erasure destroys.
 *
 * One key per class or subject, one file per key in keys/data/, outside database, WAL and backups. A key is named by
 * its id, which is a digest of its secret and its name: entries hold only the id, so that a destroyed key leaves
 * neither the secret nor whose data it was.
 *
 * Invariant: the file `<id>.key` holds the secret and name whose id is `<id>`.
 */
import { createSecretKey, type KeyObject } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { concatBytes, sha256, toHex } from "@twinward/kernel";
import { EvidenceError } from "./error.ts";

export interface DataKey {
  /** 8 bytes. */
  readonly id: Uint8Array;
  /** Lower-case hexadecimal of the id; the name of the file. */
  readonly hex: string;
  /** e.g. `class:internal` or `subject:NAME`. */
  readonly name: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
  /** The secret in the form that ciphers take fastest. */
  readonly cipherKey: KeyObject;
}

export const DATA_KEY_DEFAULT = "class:internal";
const SECRET_BYTES = 32;
const ID_BYTES = 8;
const NAME_CHARACTERS_MAX = 256;
const ID_CONTEXT = new TextEncoder().encode("twinward-data-key-v1\n");
const FILE = /^([0-9a-f]{16})\.key$/;

export function dataKeyOf(name: string, secret: Uint8Array): DataKey {
  if (name === "" || name.length > NAME_CHARACTERS_MAX)
    throw new RangeError("a data key's name has 1 to 256 characters");
  const id = sha256(concatBytes(ID_CONTEXT, secret, new TextEncoder().encode(name))).slice(0, ID_BYTES);
  return { id, hex: toHex(id), name, secret, cipherKey: createSecretKey(secret) };
}

export function dataKeyFile(folder: string, key: Pick<DataKey, "hex">): string {
  return join(folder, `${key.hex}.key`);
}

/** What the file of a data key holds: 32 bytes of secret, then the name in UTF-8. */
export function dataKeyBytes(key: DataKey): Uint8Array {
  return concatBytes(key.secret, new TextEncoder().encode(key.name));
}

/** The key of a file; undefined when the bytes are not the key that the file is named after. */
export function readDataKey(path: string, hex: string): DataKey | undefined {
  const bytes = new Uint8Array(readFileSync(path));
  if (bytes.length <= SECRET_BYTES) return undefined;
  const name = new TextDecoder().decode(bytes.subarray(SECRET_BYTES));
  if (name === "" || name.length > NAME_CHARACTERS_MAX) return undefined;
  const key = dataKeyOf(name, bytes.slice(0, SECRET_BYTES));
  return key.hex === hex ? key : undefined;
}

/** Ids of the data keys in the folder. */
export function dataKeyIds(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((file) => FILE.exec(file)?.[1] ?? []);
}

/** The keys of a data folder by id, each file read when first asked for; nothing is remembered that is destroyed. */
export class DataKeys {
  readonly #folder: string;
  readonly #byHex = new Map<string, DataKey>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined when the key is destroyed. Throws DATA_KEY_DAMAGED when its file is not its own. */
  byHex(hex: string): DataKey | undefined {
    const path = dataKeyFile(this.#folder, { hex });
    // Another thread may have destroyed it: the file decides, not what we remember.
    if (!existsSync(path)) {
      this.#byHex.delete(hex);
      return undefined;
    }
    const known = this.#byHex.get(hex) ?? readDataKey(path, hex);
    if (known === undefined) throw new EvidenceError("DATA_KEY_DAMAGED", `${path} holds another key`);
    this.#byHex.set(hex, known);
    return known;
  }

  add(key: DataKey): void {
    this.#byHex.set(key.hex, key);
  }

  /** All keys of that name that still exist. */
  byName(name: string): DataKey[] {
    return dataKeyIds(this.#folder)
      .flatMap((hex) => this.byHex(hex) ?? [])
      .filter((key) => key.name === name);
  }

  forget(hex: string): void {
    this.#byHex.delete(hex);
  }
}
