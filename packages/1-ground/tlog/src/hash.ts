/**
 * The two hashes of the tree (RFC 6962 section 2.1): a leaf and a node can never be mistaken for each other, because
 * their inputs start with different bytes.
 */
import { sha256 } from "@twinward/kernel";

/** SHA-256. */
export const HASH_BYTES = 32;

/** The root of a tree without leaves: the hash of the empty string. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0));

const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;

/** Inputs up to this length are hashed from one kept buffer. */
const SCRATCH_BYTES = 4096;
const leafScratch = new Uint8Array(1 + SCRATCH_BYTES);
const nodeScratch = new Uint8Array(1 + 2 * HASH_BYTES);
leafScratch[0] = LEAF_PREFIX;
nodeScratch[0] = NODE_PREFIX;

/** The leaf hash of an entry's bytes. */
export function leafHash(entry: Uint8Array): Uint8Array {
  const input = entry.length <= SCRATCH_BYTES ? leafScratch : new Uint8Array(1 + entry.length);
  input.set(entry, 1);
  return sha256(input.subarray(0, 1 + entry.length));
}

/** The hash of an inner node over its two children, 32 bytes each. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + HASH_BYTES);
  return sha256(nodeScratch);
}
