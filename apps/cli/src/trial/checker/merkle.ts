/**
 * The checker's own Merkle tree, written from RFC 9162 sections 2.1.1 to 2.1.4 with node:crypto alone. It shares no line
 * with the product's, so that a mistake there cannot hide itself here.
 */
import { createHash } from "node:crypto";

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const leafOf = (entry: Uint8Array): Buffer => sha256(LEAF, entry);
const parent = (left: Uint8Array, right: Uint8Array): Buffer => sha256(NODE, left, right);

/** Section 2.1.3.2: does this path lead from the leaf to the root? */
export function isIncluded(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (index >= size) return false;
  let [fn, sn] = [BigInt(index), BigInt(size - 1)];
  let hash: Uint8Array = leaf;
  for (const sibling of path) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      hash = parent(sibling, hash);
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      hash = parent(hash, sibling);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && Buffer.from(root).equals(hash);
}

/** Section 2.1.4.2: does this path show that the tree of `size` leaves extends the one of `oldSize`? */
export function isConsistent(
  oldSize: number,
  size: number,
  path: readonly Uint8Array[],
  oldRoot: Uint8Array,
  root: Uint8Array,
): boolean {
  if (oldSize === size) return path.length === 0 && Buffer.from(oldRoot).equals(root);
  if (oldSize === 0) return path.length === 0;
  if (oldSize > size || path.length === 0) return false;
  const hashes = Number.isInteger(Math.log2(oldSize)) ? [oldRoot, ...path] : [...path];
  let [fn, sn] = [BigInt(oldSize - 1), BigInt(size - 1)];
  while (fn & 1n) [fn, sn] = [fn >> 1n, sn >> 1n];
  let fr = hashes[0] as Uint8Array;
  let sr = fr;
  for (const hash of hashes.slice(1)) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      [fr, sr] = [parent(hash, fr), parent(hash, sr)];
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
    } else {
      sr = parent(sr, hash);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && Buffer.from(oldRoot).equals(fr) && Buffer.from(root).equals(sr);
}

/** Roots and consistency proofs of a list of leaves, by the recursive definitions of sections 2.1.1 and 2.1.4.1. */
export class LeafList {
  readonly #leaves: Buffer[] = [];
  /** Hashes of complete subtrees, by level and place. */
  readonly #complete: Buffer[][] = [];

  get size(): number {
    return this.#leaves.length;
  }

  leaf(index: number): Buffer | undefined {
    return this.#leaves[index];
  }

  push(leaf: Buffer): void {
    this.#leaves.push(leaf);
  }

  root(size: number): Buffer {
    return size === 0 ? sha256() : this.#hash(0, size);
  }

  consistency(oldSize: number, size: number): Buffer[] {
    return oldSize === 0 ? [] : this.#subproof(oldSize, 0, size, true);
  }

  #subproof(m: number, start: number, end: number, isOwn: boolean): Buffer[] {
    const n = end - start;
    if (m === n) return isOwn ? [] : [this.#hash(start, end)];
    const k = half(n);
    if (m <= k) return [...this.#subproof(m, start, start + k, isOwn), this.#hash(start + k, end)];
    return [...this.#subproof(m - k, start + k, end, false), this.#hash(start, start + k)];
  }

  #hash(start: number, end: number): Buffer {
    const n = end - start;
    if (n === 1) return this.#leaves[start] as Buffer;
    const level = Math.log2(n);
    if (!Number.isInteger(level)) return this.#join(start, end);
    const row = this.#complete[level] ?? [];
    this.#complete[level] = row;
    const hash = row[start / n] ?? this.#join(start, end);
    row[start / n] = hash;
    return hash;
  }

  #join(start: number, end: number): Buffer {
    const middle = start + half(end - start);
    return parent(this.#hash(start, middle), this.#hash(middle, end));
  }
}

/** The greatest power of two below n. */
function half(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}
