/**
 * A Merkle tree that grows by appending (RFC 6962, RFC 9162 section 2.1).
 *
 * Hashes of complete subtrees are kept level by level in flat arrays, so that one append costs one leaf and, on
 * average, one node hash. Only the newest hashes of each level need to be in memory: `forget` drops the others, and
 * whoever has them (tiles on disk) gives them back through `older`.
 *
 * Invariant: level L holds the hashes of the complete subtrees [i * 2^L, (i + 1) * 2^L), in order, from `first` on.
 */
import { assert } from "@twinward/kernel";
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from "./hash.ts";

/** Gives back the hash of the complete subtree `index` of `level` that the tree has forgotten. */
export type OlderHashes = (level: number, index: number) => Uint8Array;

interface Level {
  /** Index of the first hash held. */
  first: number;
  /** How many are held. */
  held: number;
  bytes: Uint8Array;
}

const HASHES_AT_FIRST = 64;

export class MerkleTree {
  readonly #levels: Level[] = [];
  readonly #older: OlderHashes;
  #size = 0;
  /** Hashes of the incomplete subtrees [start, size) of the size asked for last. */
  #ragged = new Map<number, Uint8Array>();
  #raggedSize = -1;

  constructor(older: OlderHashes = neverForgotten) {
    this.#older = older;
  }

  get size(): number {
    return this.#size;
  }

  /** Appends one leaf hash. */
  append(leaf: Uint8Array): void {
    this.appendSubtree(0, leaf);
  }

  /** Appends a complete subtree of 2^level leaves at once; the size must be a multiple of that. */
  appendSubtree(level: number, hash: Uint8Array): void {
    const leaves = 2 ** level;
    assert(this.#size % leaves === 0, "a subtree is appended at its own boundary");
    for (let below = 0; below < level; below++) this.#skip(below, (this.#size + leaves) / 2 ** below);
    let index = this.#size / leaves;
    let rising = hash;
    let at = level;
    this.#put(at, index, rising);
    while (index % 2 === 1) {
      rising = nodeHash(this.hashAt(at, index - 1), rising);
      index = (index - 1) / 2;
      at++;
      this.#put(at, index, rising);
    }
    this.#size += leaves;
  }

  /** The hash of the complete subtree `index` of `level`. */
  hashAt(level: number, index: number): Uint8Array {
    const row = this.#levels[level];
    if (row === undefined || index < row.first) return this.#older(level, index);
    const offset = (index - row.first) * HASH_BYTES;
    assert(index - row.first < row.held, "only complete subtrees have a stored hash");
    return row.bytes.subarray(offset, offset + HASH_BYTES);
  }

  /** The root of the tree when it had `size` leaves. */
  root(size: number = this.#size): Uint8Array {
    assert(size <= this.#size, "a root is asked for a size the tree has reached");
    return size === 0 ? EMPTY_ROOT : this.#rangeHash(0, size);
  }

  /** The hashes that lead from leaf `index` to the root at `size`, sibling of the leaf first. */
  inclusionProof(index: number, size: number = this.#size): Uint8Array[] {
    assert(index >= 0 && index < size && size <= this.#size, "a proof is asked for a leaf inside the tree");
    const hashes: Uint8Array[] = [];
    let start = 0;
    let end = size;
    while (end - start > 1) {
      const middle = start + splitOf(end - start);
      if (index < middle) {
        hashes.push(this.#rangeHash(middle, end));
        end = middle;
      } else {
        hashes.push(this.#rangeHash(start, middle));
        start = middle;
      }
    }
    return hashes.reverse();
  }

  /** The hashes that show that the tree at `size` extends the tree at `oldSize`; empty when either is trivial. */
  consistencyProof(oldSize: number, size: number = this.#size): Uint8Array[] {
    assert(oldSize >= 0 && oldSize <= size && size <= this.#size, "consistency is asked between sizes of the tree");
    if (oldSize === 0 || oldSize === size) return [];
    const hashes: Uint8Array[] = [];
    let start = 0;
    let end = size;
    while (end !== oldSize) {
      const middle = start + splitOf(end - start);
      if (oldSize <= middle) {
        hashes.push(this.#rangeHash(middle, end));
        end = middle;
      } else {
        hashes.push(this.#rangeHash(start, middle));
        start = middle;
      }
    }
    if (start > 0) hashes.push(this.#rangeHash(start, end));
    return hashes.reverse();
  }

  /** Keeps at least the `keep` newest hashes of each level in memory and drops the older ones. */
  forget(keep: number): void {
    for (const row of this.#levels) {
      const drop = row.held - keep;
      if (drop <= 0) continue;
      // A new array, not a shift in place: proofs already handed out are views into the old one.
      row.bytes = row.bytes.slice(drop * HASH_BYTES, row.held * HASH_BYTES);
      row.first += drop;
      row.held = keep;
    }
  }

  /** The hash over leaves [start, end), where `start` is a multiple of the power of two that covers the range. */
  #rangeHash(start: number, end: number): Uint8Array {
    const leaves = end - start;
    const level = Math.ceil(Math.log2(leaves));
    if (2 ** level === leaves) return this.hashAt(level, start / leaves);
    if (this.#raggedSize !== end) {
      this.#ragged = new Map();
      this.#raggedSize = end;
    }
    const known = this.#ragged.get(start);
    if (known !== undefined) return known;
    const middle = start + splitOf(leaves);
    const hash = nodeHash(this.#rangeHash(start, middle), this.#rangeHash(middle, end));
    this.#ragged.set(start, hash);
    return hash;
  }

  #put(level: number, index: number, hash: Uint8Array): void {
    const row = this.#row(level);
    if (row.held === 0) row.first = index;
    assert(index === row.first + row.held, "hashes of a level are put in order");
    if ((row.held + 1) * HASH_BYTES > row.bytes.length) {
      const grown = new Uint8Array(2 * row.bytes.length);
      grown.set(row.bytes);
      row.bytes = grown;
    }
    row.bytes.set(hash, row.held * HASH_BYTES);
    row.held++;
  }

  /** Level `level` goes on at `index`: what lies before was appended as part of a greater subtree. */
  #skip(level: number, index: number): void {
    const row = this.#row(level);
    row.first = index;
    row.held = 0;
  }

  #row(level: number): Level {
    let row = this.#levels[level];
    if (row === undefined) {
      assert(level === this.#levels.length, "levels are made from the leaves up");
      row = { first: 0, held: 0, bytes: new Uint8Array(HASHES_AT_FIRST * HASH_BYTES) };
      this.#levels.push(row);
    }
    return row;
  }
}

/** The largest power of two smaller than `leaves` (at least 2). */
export function splitOf(leaves: number): number {
  let split = 2 ** Math.floor(Math.log2(leaves));
  // Floating-point logarithms may be off by one at either side of a power of two.
  while (split >= leaves) split /= 2;
  while (split * 2 < leaves) split *= 2;
  return split;
}

function neverForgotten(): never {
  assert(false, "a tree that keeps all its hashes is never asked for older ones");
}
