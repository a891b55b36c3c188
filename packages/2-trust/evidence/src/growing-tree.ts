/**
 * The tree over the entries of a data folder, of which only the newest hashes are in memory.
 *
 * It starts from the tiles (one hash per full tile and level) and hashes only what no full tile covers, so that start
 * takes milliseconds and memory stays the same however long the log is.
 */
import { leafHash, MerkleTree, TILE_HEIGHT, TILE_WIDTH } from "@twinward/tlog";
import type { EntryRow, Rows } from "./tables.ts";
import { TileFiles } from "./tile-files.ts";

/** Newest hashes kept per level: more than any group writes at once. */
const HASHES_KEPT = 2 * 1024;
const FORGET_EVERY = 2 * 1024;
/** Newest entries kept for bundles: a group and a tile. */
const ENTRIES_KEPT = 1024 + TILE_WIDTH;

export interface TreeHooks {
  readonly onRepair?: (what: string) => void;
}

export class GrowingTree {
  /** Set by whoever writes the log. */
  beforeWrite: () => void = () => {};
  onLost: (error: unknown) => void = () => {};
  readonly tiles: TileFiles;
  readonly #entriesOf: ReturnType<Rows["prepare"]>;
  #tree: MerkleTree;
  #forgotAt = 0;
  /** Bytes of the entries appended last, so that bundles need not be read back. */
  #recent: Uint8Array[] = [];

  constructor(dir: string, rows: Rows, hooks: TreeHooks = {}) {
    this.#entriesOf = rows.prepare("SELECT bytes FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx");
    this.tiles = new TileFiles(dir, {
      entries: (from, to) => this.entryBytes(from, to),
      tree: () => this.#tree,
      onRepair: (what) => hooks.onRepair?.(what),
      beforeWrite: () => this.beforeWrite(),
      onLost: (error) => this.onLost(error),
    });
    this.#tree = this.#emptyTree();
  }

  get tree(): MerkleTree {
    return this.#tree;
  }

  /** Appends one leaf: the leaf hash of an entry that is stored, and the entry's bytes. */
  append(leaf: Uint8Array, entry: Uint8Array): void {
    if (this.#recent.length >= 2 * ENTRIES_KEPT) this.#recent.splice(0, ENTRIES_KEPT);
    this.#recent.push(entry);
    this.#tree.append(leaf);
    if (this.#tree.size - this.#forgotAt < FORGET_EVERY) return;
    this.#tree.forget(HASHES_KEPT);
    this.#forgotAt = this.#tree.size;
  }

  /** The tree after it has read what was appended up to `size` since last time. */
  grownTo(size: number): MerkleTree {
    if (size - this.#tree.size >= TILE_WIDTH ** 2) this.startAt(size);
    while (this.#tree.size < size) {
      const to = Math.min(this.#tree.size + TILE_WIDTH, size);
      for (const bytes of this.entryBytes(this.#tree.size, to)) this.append(leafHash(bytes), bytes);
    }
    return this.#tree;
  }

  /** Begins again at `size` from the tiles, which the caller then checks against a checkpoint. */
  startAt(size: number): void {
    const tree = this.#emptyTree();
    this.#tree = tree;
    this.#recent = [];
    const top = Math.floor(Math.log2(Math.max(size, 1)) / TILE_HEIGHT);
    for (let level = top; level > 0; level--) {
      const subtree = TILE_WIDTH ** level;
      for (let number = tree.size / subtree; tree.size + subtree <= size; number++) {
        tree.appendSubtree(level * TILE_HEIGHT, this.tiles.rootForStart(level - 1, number));
      }
    }
    for (const bytes of this.entryBytes(tree.size, size)) tree.append(leafHash(bytes));
    this.#forgotAt = tree.size;
  }

  /** Bytes of entries [from, to), the newest ones from memory. */
  entryBytes(from: number, to: number): Uint8Array[] {
    const first = this.#tree.size - this.#recent.length;
    if (from >= first && to <= this.#tree.size) return this.#recent.slice(from - first, to - first);
    return (this.#entriesOf.all(from, to) as Pick<EntryRow, "bytes">[]).map(({ bytes }) => bytes);
  }

  #emptyTree(): MerkleTree {
    return new MerkleTree((level, index) => this.tiles.hashAt(level, index));
  }
}
