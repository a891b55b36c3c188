/**
 * Do these hashes prove it? (RFC 9162 sections 2.1.3.2 and 2.1.4.2)
 *
 * Both answer `undefined` when it is proven and say why not otherwise. Sizes are numbers up to 2^53 - 1.
 */
import { equalBytes } from "@twinward/kernel";
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from "./hash.ts";
import { type TlogRefusal, tlogRefusal } from "./refusals.ts";

export interface InclusionClaim {
  readonly index: number;
  /** Leaves of the tree. */
  readonly size: number;
  /** Leaf hash of the entry. */
  readonly leaf: Uint8Array;
  /** Sibling of the leaf first. */
  readonly hashes: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** Refuses unless the hashes lead from the leaf at `index` to `root`. */
export function verifyInclusion(claim: InclusionClaim): TlogRefusal | undefined {
  const { index, size, leaf, hashes, root } = claim;
  if (!isCount(index) || !isCount(size) || index >= size) return notIncluded(`index ${index} of size ${size}`);
  if (!areHashes([leaf, root, ...hashes])) return notIncluded("a hash is not 32 bytes long");
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of hashes) {
    if (last === 0) return notIncluded("too many hashes");
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) return notIncluded("too few hashes");
  return equalBytes(hash, root) ? undefined : notIncluded("the hashes lead to another root");
}

export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly hashes: readonly Uint8Array[];
}

/** Refuses unless the tree of `size` leaves begins with all leaves of the tree of `oldSize`. */
export function verifyConsistency(claim: ConsistencyClaim): TlogRefusal | undefined {
  const { oldSize, oldRoot, size, root, hashes } = claim;
  if (!isCount(oldSize) || !isCount(size) || oldSize > size) return inconsistent(`sizes ${oldSize} and ${size}`);
  if (oldSize === size) return trivially(claim);
  if (!areHashes([oldRoot, root, ...hashes])) return inconsistent("a hash is not 32 bytes long");
  return oldSize === 0 ? trivially(claim) : walk(claim);
}

/** The empty tree is a beginning of every tree, and a tree is one of itself: no hashes are needed. */
function trivially({ oldSize, oldRoot, size, root, hashes }: ConsistencyClaim): TlogRefusal | undefined {
  if (hashes.length > 0) return inconsistent("hashes where none are needed");
  if (oldSize === 0 && !equalBytes(oldRoot, EMPTY_ROOT)) return inconsistent("the empty tree has another root");
  return oldSize < size || equalBytes(oldRoot, root) ? undefined : inconsistent("one size, two roots");
}

function walk({ oldSize, oldRoot, size, root, hashes }: ConsistencyClaim): TlogRefusal | undefined {
  let node = oldSize - 1;
  let last = size - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  // When the old tree is one complete subtree, its root is the first hash and is not sent.
  const path = node === 0 ? [oldRoot, ...hashes] : hashes;
  const [seed, ...rest] = path;
  if (seed === undefined) return inconsistent("no hashes");
  let oldHash = seed;
  let newHash = seed;
  for (const sibling of rest) {
    if (last === 0) return inconsistent("too many hashes");
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) return inconsistent("too few hashes");
  if (!equalBytes(oldHash, oldRoot)) return inconsistent("the hashes lead to another old root");
  return equalBytes(newHash, root) ? undefined : inconsistent("the hashes lead to another new root");
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES);
}

function notIncluded(detail: string): TlogRefusal {
  return tlogRefusal("INCLUSION_NOT_PROVEN", detail);
}

function inconsistent(detail: string): TlogRefusal {
  return tlogRefusal("CONSISTENCY_NOT_PROVEN", detail);
}
