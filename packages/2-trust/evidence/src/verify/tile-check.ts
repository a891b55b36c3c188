/**
 * Are the tiles and bundles on disk those of these entries? Fed with the entries in order; knows at any time only the
 * hashes of one tile per level.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { equalBytes, isRefusal } from "@twinward/kernel";
import { UNFINISHED } from "@twinward/store";
import { bundlePath, HASH_BYTES, leafHash, MerkleTree, parseBundle, TILE_WIDTH, tilePath } from "@twinward/tlog";
import type { Findings } from "./findings.ts";

/** Files under `tile/` by path, as listed before the database was opened. */
export type TileListing = ReadonlySet<string>;

export class TileCheck {
  readonly #dir: string;
  readonly #listing: TileListing;
  readonly #findings: Findings;
  readonly #hashes: Uint8Array[][] = [[]];
  /** Tiles that were full so far, per level. */
  readonly #full: number[] = [0];
  #entries: Uint8Array[] = [];
  readonly #seen = new Set<string>();
  readonly #missing: string[] = [];
  /** Partial files by the path of their full tile. */
  readonly #partial = new Map<string, string[]>();

  constructor(dir: string, listing: TileListing, findings: Findings) {
    this.#dir = dir;
    this.#listing = listing;
    this.#findings = findings;
    for (const path of listing) {
      const [full] = path.split(".p/");
      if (full === undefined || full === path) continue;
      this.#partial.set(full, [...(this.#partial.get(full) ?? []), path]);
    }
  }

  take(entry: Uint8Array): void {
    this.#entries.push(entry);
    this.#push(0, leafHash(entry));
  }

  /** After the last entry: partial tiles, missing and extra files. `lagging` files are not damage beside a writer. */
  finish(lagging: boolean): void {
    for (let level = 0; level < this.#hashes.length; level++) this.#check(level);
    for (const path of this.#listing) {
      if (!this.#seen.has(path) && !(lagging && path.endsWith(UNFINISHED)))
        this.#findings.problem("FILE_EXTRA", path, "no tile or bundle of this log has this name");
    }
    if (lagging && this.#missing.length > 0) {
      this.#findings.warn(`${this.#missing.length} derived files are not written yet; start writes them`);
      return;
    }
    for (const path of this.#missing) this.#findings.problem("FILE_MISSING", path, "the log has this tile or bundle");
  }

  #push(level: number, hash: Uint8Array): void {
    const hashes = this.#hashes[level] as Uint8Array[];
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    this.#check(level);
    this.#full[level] = (this.#full[level] ?? 0) + 1;
    this.#hashes[level] = [];
    if (level === 0) this.#entries = [];
    if (this.#hashes[level + 1] === undefined) {
      this.#hashes.push([]);
      this.#full.push(0);
    }
    this.#push(level + 1, rootOf(hashes));
  }

  /** Checks the files of the current tile of a level, full or partial. */
  #check(level: number): void {
    const hashes = this.#hashes[level] as Uint8Array[];
    const width = hashes.length;
    if (width === 0) return;
    const number = this.#full[level] ?? 0;
    const files = [{ full: tilePath({ level, number, width: TILE_WIDTH }), own: tilePath({ level, number, width }) }];
    if (level === 0) files.push({ full: bundlePath(number, TILE_WIDTH), own: bundlePath(number, width) });
    for (const { full, own } of files) {
      if (!this.#listing.has(own)) this.#missing.push(own);
      for (const path of [
        ...(width === TILE_WIDTH && this.#listing.has(full) ? [full] : []),
        ...(this.#partial.get(full) ?? []),
      ]) {
        this.#compare(path, level, number, hashes);
      }
    }
  }

  #compare(path: string, level: number, number: number, hashes: readonly Uint8Array[]): void {
    const width = path.includes(".p/") ? Number(path.split(".p/")[1]) : TILE_WIDTH;
    if (width > hashes.length) return;
    this.#seen.add(path);
    const bytes = this.#read(path);
    if (bytes === undefined) return;
    this.#findings.checked.files++;
    const wrong = path.startsWith("tile/entries/")
      ? this.#wrongInBundle(bytes, width)
      : wrongInTile(bytes, hashes, width);
    if (wrong === undefined) return;
    const entry = wrong === -1 || level > 0 ? "" : `, first at entry ${number * TILE_WIDTH + wrong}`;
    this.#findings.problem("FILE_DIFFERS", path, `it differs from the entries in log.db${entry}`);
  }

  #read(path: string): Uint8Array | undefined {
    try {
      return readFileSync(join(this.#dir, path));
    } catch (error) {
      // Beside a writer a partial tile may give way to the full one.
      this.#findings.warn(`${path} could not be read: ${(error as NodeJS.ErrnoException).code}`);
      return undefined;
    }
  }

  /** Place of the first entry that differs, -1 when the bundle cannot be read at all. */
  #wrongInBundle(bytes: Uint8Array, width: number): number | undefined {
    const entries = parseBundle(bytes, width);
    if (isRefusal(entries)) return -1;
    const wrong = entries.findIndex((entry, i) => !equalBytes(entry, this.#entries[i] ?? new Uint8Array(0)));
    return wrong < 0 ? undefined : wrong;
  }
}

function wrongInTile(bytes: Uint8Array, hashes: readonly Uint8Array[], width: number): number | undefined {
  if (bytes.length !== width * HASH_BYTES) return -1;
  for (let i = 0; i < width; i++) {
    if (!equalBytes(bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES), hashes[i] as Uint8Array)) return i;
  }
  return undefined;
}

function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  const tree = new MerkleTree();
  for (const hash of hashes) tree.append(hash);
  return tree.root();
}
