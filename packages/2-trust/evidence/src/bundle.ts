/**
 * The bundle: a part of a log in one file that can be verified with nothing else (docs/formats/export.md, normative).
 *
 * A line of text, then records (length in 32 bits, deterministic CBOR), then SHA-256 of all before it. The first record
 * is the header, then come the entries outside the range that are needed to judge it, then the range.
 */

import { createHash, type Hash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { type CborValue, decodeCbor, encodeCbor } from "@twinward/frame";
import { equalBytes, isRefusal } from "@twinward/kernel";

export const BUNDLE_MAGIC: Uint8Array = new TextEncoder().encode("twinward-export-v1\n");
/** A frame of 1 MiB, an entry of 64 KiB, and their heads. */
export const RECORD_BYTES_MAX = 1024 * 1024 + 128 * 1024;
const LENGTH_BYTES = 4;
const DIGEST_BYTES = 32;
const CHUNK_BYTES = 1024 * 1024;

export interface BundleHeader {
  readonly origin: string;
  readonly from: number;
  readonly to: number;
  /** Signed note of the head that the range is proven against. */
  readonly checkpoint: string;
  /** Hashes of the complete subtrees that cover [0, from), greatest first. */
  readonly left: readonly Uint8Array[];
  /** Consistency proof from `to` to the head. */
  readonly consistency: readonly Uint8Array[];
  /** How many records outside the range follow. */
  readonly context: number;
}

export interface BundleEntry {
  readonly index: number;
  readonly entry: Uint8Array;
  /** Inclusion proof against the head, for entries outside the range. */
  readonly proof: readonly Uint8Array[] | undefined;
  /** A frame, or salt and body, in the clear; undefined when there is none or it is erased. */
  readonly plain: Uint8Array | undefined;
}

export class BundleWriter {
  readonly #file: number;
  readonly #hash: Hash = createHash("sha256");
  bytes = 0;

  constructor(path: string, header: BundleHeader) {
    this.#file = openSync(path, "wx", 0o600);
    this.#write(BUNDLE_MAGIC);
    const { origin, from, to, checkpoint, left, consistency, context } = header;
    this.#record({ origin, from, to, checkpoint, left, consistency, context });
  }

  add({ index, entry, proof, plain }: BundleEntry): void {
    this.#record({ index, entry, ...(proof && { proof }), ...(plain && { plain }) });
  }

  finish(): void {
    const digest = this.#hash.digest();
    writeSync(this.#file, digest);
    this.bytes += digest.length;
    fsyncSync(this.#file);
    closeSync(this.#file);
  }

  #record(fields: { readonly [name: string]: CborValue }): void {
    const record = encodeCbor(new Map(Object.entries(fields)));
    const length = new Uint8Array(LENGTH_BYTES);
    new DataView(length.buffer).setUint32(0, record.length);
    this.#write(length);
    this.#write(record);
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.#hash.update(bytes);
    this.bytes += bytes.length;
  }
}

/** Reads a bundle record by record; a bundle that ends early or holds something else gives undefined. */
export class BundleReader {
  readonly #file: number;
  readonly #end: number;
  #at = BUNDLE_MAGIC.length;

  constructor(path: string) {
    this.#file = openSync(path, "r");
    this.#end = statSync(path).size - DIGEST_BYTES;
  }

  /** True when the file begins as a bundle and its digest is right. */
  isWhole(): boolean {
    const hash = createHash("sha256");
    for (let at = 0; at < this.#end; at += CHUNK_BYTES) {
      const chunk = this.#bytes(at, Math.min(CHUNK_BYTES, this.#end - at));
      if (chunk === undefined || (at === 0 && !equalBytes(chunk.subarray(0, BUNDLE_MAGIC.length), BUNDLE_MAGIC)))
        return false;
      hash.update(chunk);
    }
    const digest = this.#bytes(this.#end, DIGEST_BYTES);
    return this.#end > BUNDLE_MAGIC.length && digest !== undefined && equalBytes(hash.digest(), digest);
  }

  header(): BundleHeader | undefined {
    const fields = this.#record();
    const { origin, from, to, checkpoint, left, consistency, context } = fields ?? {};
    if (typeof origin !== "string" || typeof checkpoint !== "string") return undefined;
    if (!isCount(from) || !isCount(to) || !isCount(context) || from > to) return undefined;
    return areHashes(left) && areHashes(consistency)
      ? { origin, from, to, checkpoint, left, consistency, context }
      : undefined;
  }

  entry(): BundleEntry | undefined {
    const fields = this.#record();
    const { index, entry, proof, plain } = fields ?? {};
    if (!isCount(index) || !(entry instanceof Uint8Array)) return undefined;
    if (!(proof === undefined || areHashes(proof))) return undefined;
    if (!(plain === undefined || plain instanceof Uint8Array)) return undefined;
    return { index, entry, proof, plain };
  }

  atEnd(): boolean {
    return this.#at === this.#end;
  }

  close(): void {
    closeSync(this.#file);
  }

  #record(): { readonly [name: string]: CborValue | undefined } | undefined {
    const head = this.#bytes(this.#at, LENGTH_BYTES);
    if (head === undefined || this.#at + LENGTH_BYTES > this.#end) return undefined;
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
    if (length > RECORD_BYTES_MAX || this.#at + LENGTH_BYTES + length > this.#end) return undefined;
    const record = this.#bytes(this.#at + LENGTH_BYTES, length);
    this.#at += LENGTH_BYTES + length;
    const item = record === undefined ? undefined : decodeCbor(record);
    return item instanceof Map && !isRefusal(item) ? Object.fromEntries(item) : undefined;
  }

  #bytes(at: number, length: number): Uint8Array | undefined {
    if (at < 0) return undefined;
    const bytes = new Uint8Array(length);
    for (let read = 0; read < length; ) {
      const more = readSync(this.#file, bytes, read, length - read, at + read);
      if (more === 0) return undefined;
      read += more;
    }
    return bytes;
  }
}

function isCount(value: CborValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function areHashes(value: CborValue | undefined): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((hash) => hash instanceof Uint8Array && hash.length === DIGEST_BYTES);
}
