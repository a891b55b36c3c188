/**
 * Tiles and entry bundles on disk: written when they fill, read when an old hash is asked for.
 *
 * They are derived: whatever is missing is made again from the entries, and a tile is believed only when its root is the
 * hash that the tree above it holds.
 */
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { equalBytes } from "@twinward/kernel";
import { makeFolder, replaceFile, syncFolder } from "@twinward/store";
import {
  bundlePath,
  encodeBundle,
  HASH_BYTES,
  leafHash,
  MerkleTree,
  TILE_HEIGHT,
  TILE_WIDTH,
  type TileId,
  tilePath,
  tilesFilledBetween,
  tilesOf,
} from "@twinward/tlog";
import { writeInBackground } from "./background-file.ts";

export interface TileSources {
  /** Bytes of entries [from, to). */
  entries(from: number, to: number): Uint8Array[];
  /** The tree whose hashes the tiles are. */
  tree(): MerkleTree;
  onRepair(what: string): void;
  /** Runs before a file is written beside the work. */
  beforeWrite(): void;
  /** A file could not be written. */
  onLost(error: unknown): void;
}

const TILES_KEPT = 64;
/** Files in flight at once: more would only queue up in memory. */
const WRITING_MAX = 32;
const FULL_TILE_BYTES = TILE_WIDTH * HASH_BYTES;

export class TileFiles {
  readonly #dir: string;
  readonly #sources: TileSources;
  /** Small trees over the tiles used last, by path. */
  readonly #kept = new Map<string, MerkleTree>();
  /** Folders known to exist. */
  readonly #folders = new Set<string>();
  readonly #writing = new Set<Promise<void>>();

  constructor(dir: string, sources: TileSources) {
    this.#dir = dir;
    this.#sources = sources;
  }

  /** The hash of a complete subtree, from the tile that covers it. */
  hashAt(level: number, index: number): Uint8Array {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const within = level % TILE_HEIGHT;
    const first = index * 2 ** within;
    const number = Math.floor(first / TILE_WIDTH);
    return this.#tile(tileLevel, number).hashAt(within, index - (number * TILE_WIDTH) / 2 ** within);
  }

  /** The root of a full tile that the tree cannot vouch for yet: read as it is, checked later against a checkpoint. */
  rootForStart(level: number, number: number): Uint8Array {
    const from = number * TILE_WIDTH;
    const tile =
      this.#read(level, number) ??
      treeOf(
        level === 0
          ? this.#sources.entries(from, from + TILE_WIDTH).map(leafHash)
          : Array.from({ length: TILE_WIDTH }, (_, i) => this.rootForStart(level - 1, from + i)),
      );
    return tile.root();
  }

  #tile(level: number, number: number): MerkleTree {
    const path = tilePath({ level, number, width: TILE_WIDTH });
    const kept = this.#kept.get(path);
    if (kept !== undefined) return kept;
    const tile = this.#readChecked(level, number) ?? this.#derive(level, number);
    if (tile.size === TILE_WIDTH) this.#kept.set(path, tile);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= TILES_KEPT) break;
      this.#kept.delete(oldest);
    }
    return tile;
  }

  #readChecked(level: number, number: number): MerkleTree | undefined {
    const tile = this.#read(level, number);
    if (tile === undefined) return undefined;
    const expected = this.#sources.tree().hashAt((level + 1) * TILE_HEIGHT, number);
    if (equalBytes(tile.root(), expected)) return tile;
    this.#sources.onRepair(`${tilePath({ level, number, width: TILE_WIDTH })} held other hashes than the log`);
    return undefined;
  }

  #read(level: number, number: number): MerkleTree | undefined {
    const path = join(this.#dir, tilePath({ level, number, width: TILE_WIDTH }));
    if (!existsSync(path)) return undefined;
    const bytes = readFileSync(path);
    return bytes.length === FULL_TILE_BYTES ? treeOf(hashesOf(bytes)) : undefined;
  }

  /** The tile as the entries say it, as far as the log reaches. */
  #derive(level: number, number: number): MerkleTree {
    const from = number * TILE_WIDTH;
    if (level === 0) return treeOf(this.#sources.entries(from, from + TILE_WIDTH).map(leafHash));
    const size = Math.floor(this.#sources.tree().size / TILE_WIDTH ** level);
    const width = Math.min(TILE_WIDTH, Math.max(size - from, 0));
    const places = Array.from({ length: width }, (_, i) => from + i);
    // The newest hashes of each level are in memory: the tiles below can be checked one by one.
    if (width < TILE_WIDTH) return treeOf(places.map((place) => this.#tile(level - 1, place).root()));
    // The tiles below would be checked against this very tile: they are read as they are, and judged by the whole.
    const derived = treeOf(places.map((place) => this.rootForStart(level - 1, place)));
    const expected = this.#sources.tree().hashAt((level + 1) * TILE_HEIGHT, number);
    if (equalBytes(derived.root(), expected)) return derived;
    return treeOf(places.map((place) => this.#rootOfEntries(level - 1, place)));
  }

  #rootOfEntries(level: number, number: number): Uint8Array {
    const from = number * TILE_WIDTH;
    if (level === 0) return treeOf(this.#sources.entries(from, from + TILE_WIDTH).map(leafHash)).root();
    return treeOf(Array.from({ length: TILE_WIDTH }, (_, i) => this.#rootOfEntries(level - 1, from + i))).root();
  }

  /** Writes what filled between two sizes, in the background; `settled` waits for it. Failures go to `onLost`. */
  writeFilled(oldSize: number, size: number): void {
    for (const tile of tilesFilledBetween(oldSize, size)) {
      for (const { path, bytes } of this.#filesOf(tile)) this.#writeSoon(join(this.#dir, path), bytes());
    }
  }

  /** True when so much is being written that the log should wait. */
  get isBehind(): boolean {
    return this.#writing.size >= WRITING_MAX;
  }

  /** Resolves when what is being written now is on the disk (or has failed). */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
  }

  #writeSoon(path: string, bytes: Uint8Array): void {
    const writing = writeInBackground(path, bytes, this.#folders, this.#sources.beforeWrite)
      .catch((error: unknown) => this.#sources.onLost(error))
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** Writes everything that belongs to a log of `size` and is not there; says what it was. */
  complete(size: number): string[] {
    const made: string[] = [];
    const folders = new Set<string>();
    for (const tile of tilesOf(size)) {
      for (const { path, bytes } of this.#filesOf(tile).filter((file) => !isStored(join(this.#dir, file.path)))) {
        makeFolder(dirname(join(this.#dir, path)));
        replaceFile(join(this.#dir, path), bytes());
        folders.add(dirname(join(this.#dir, path)));
        made.push(path);
      }
    }
    for (const folder of folders) syncFolder(folder);
    return made;
  }

  /** Removes all tile files, to have them made again. */
  forgetAll(): void {
    rmSync(join(this.#dir, "tile"), { recursive: true, force: true });
    this.#folders.clear();
    this.#kept.clear();
  }

  #filesOf(tile: TileId): { path: string; bytes: () => Uint8Array }[] {
    const files = [{ path: tilePath(tile), bytes: () => this.#tileBytes(tile) }];
    if (tile.level === 0) {
      files.push({ path: bundlePath(tile.number, tile.width), bytes: () => this.#bundleBytes(tile) });
    }
    return files;
  }

  #tileBytes({ level, number, width }: TileId): Uint8Array {
    const bytes = new Uint8Array(width * HASH_BYTES);
    const tree = this.#sources.tree();
    for (let i = 0; i < width; i++) {
      bytes.set(tree.hashAt(level * TILE_HEIGHT, number * TILE_WIDTH + i), i * HASH_BYTES);
    }
    return bytes;
  }

  #bundleBytes({ number, width }: TileId): Uint8Array {
    return encodeBundle(this.#sources.entries(number * TILE_WIDTH, number * TILE_WIDTH + width));
  }
}

function isStored(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function hashesOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

function treeOf(hashes: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree();
  for (const hash of hashes) tree.append(hash);
  return tree;
}
