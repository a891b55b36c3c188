import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fromBase64, toHex } from "@twinward/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EMPTY_ROOT, leafHash } from "./hash.ts";
import { entryOf, slowRoot, treeOf } from "./log.fixture.ts";
import { MerkleTree } from "./tree.ts";
import { verifyConsistency, verifyInclusion } from "./verify.ts";

const SIZE = 130;
const tree = treeOf(SIZE);
const leaves = Array.from({ length: SIZE }, (_, i) => leafHash(entryOf(i)));

test("the empty tree has the hash of nothing as its root", () => {
  expect(toHex(EMPTY_ROOT)).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(new MerkleTree().root()).toEqual(EMPTY_ROOT);
});

test("a leaf longer than the kept buffer hashes the same way", () => {
  const long = new Uint8Array(70_000).fill(7);
  const short = new Uint8Array(10).fill(7);
  expect(toHex(leafHash(short))).not.toBe(toHex(leafHash(long)));
  expect(toHex(leafHash(long))).toBe(toHex(leafHash(long.slice())));
});

test("roots of all sizes are those of the definition", () => {
  for (let size = 0; size <= SIZE; size++) {
    expect(toHex(tree.root(size))).toBe(toHex(slowRoot(leaves.slice(0, size))));
  }
});

test("every inclusion proof verifies, and for no other leaf, index, size or root", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: SIZE }), fc.nat(), fc.integer({ min: 1, max: SIZE }), (size, pick, other) => {
      const index = pick % size;
      const leaf = leaves[index] as Uint8Array;
      const claim = { index, size, leaf, hashes: tree.inclusionProof(index, size), root: tree.root(size) };
      expect(verifyInclusion(claim)).toBeUndefined();
      expect(verifyInclusion({ ...claim, leaf: leaves[(index + 1) % SIZE] as Uint8Array })).toBeDefined();
      expect(verifyInclusion({ ...claim, root: tree.root(size - 1) })).toBeDefined();
      if (other - 1 !== index) expect(verifyInclusion({ ...claim, index: other - 1 })).toBeDefined();
      expect(verifyInclusion({ ...claim, hashes: [...claim.hashes, leaf] })).toBeDefined();
      if (claim.hashes.length > 0) expect(verifyInclusion({ ...claim, hashes: claim.hashes.slice(1) })).toBeDefined();
    }),
  );
});

test("every consistency proof verifies, and for no other root", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: SIZE }), fc.integer({ min: 0, max: SIZE }), (a, b) => {
      const [oldSize, size] = a < b ? [a, b] : [b, a];
      const claim = {
        oldSize,
        oldRoot: tree.root(oldSize),
        size,
        root: tree.root(size),
        hashes: tree.consistencyProof(oldSize, size),
      };
      expect(verifyConsistency(claim)).toBeUndefined();
      expect(verifyConsistency({ ...claim, oldRoot: leafHash(entryOf(999)) })).toBeDefined();
      if (oldSize > 0) expect(verifyConsistency({ ...claim, root: leafHash(entryOf(999)) })).toBeDefined();
      expect(verifyConsistency({ ...claim, hashes: [...claim.hashes, tree.root(1)] })).toBeDefined();
    }),
  );
});

test("a tree that forgets, and one that began with whole subtrees, prove the same", () => {
  const forgetful = new MerkleTree((level, index) => treeOf(SIZE).hashAt(level, index));
  for (const leaf of leaves) {
    forgetful.append(leaf);
    forgetful.forget(3);
  }
  const planted = new MerkleTree((level, index) => tree.hashAt(level, index));
  planted.appendSubtree(6, tree.hashAt(6, 0));
  planted.appendSubtree(5, tree.hashAt(5, 2));
  for (const leaf of leaves.slice(96)) planted.append(leaf);
  for (let index = 0; index < SIZE; index++) {
    const proof = tree.inclusionProof(index).map(toHex);
    expect(forgetful.inclusionProof(index).map(toHex)).toEqual(proof);
    expect(planted.inclusionProof(index).map(toHex)).toEqual(proof);
  }
  expect(toHex(planted.root(77))).toBe(toHex(tree.root(77)));
});

const vectors = fileURLToPath(new URL("../../../../../shared/vectors/merkle/testdata", import.meta.url));
const cases = vectorFiles();
if (cases.length === 0) console.warn("not run: the Merkle vectors of transparency-dev/merkle (../shared is missing)");

describe.skipIf(cases.length === 0)("the vectors of transparency-dev/merkle", () => {
  test.each(cases)("%s", (name) => {
    const given = JSON.parse(readFileSync(`${vectors}/${name}`, "utf8")) as Record<
      string,
      string | number | boolean | string[] | null
    >;
    const bytes = (field: string) => fromBase64((given[field] as string | null) ?? "") ?? new Uint8Array(1);
    const hashes = ((given.proof as string[] | null) ?? []).map((hash) => fromBase64(hash) ?? new Uint8Array(1));
    const refusal = name.startsWith("inclusion")
      ? verifyInclusion({
          index: Number(given.leafIdx),
          size: Number(given.treeSize),
          leaf: bytes("leafHash"),
          root: bytes("root"),
          hashes,
        })
      : verifyConsistency({
          oldSize: Number(given.size1),
          size: Number(given.size2),
          oldRoot: bytes("root1"),
          root: bytes("root2"),
          hashes,
        });
    expect(refusal !== undefined).toBe(given.wantErr);
  });

  test("are all there", () => {
    expect(cases.length).toBe(196);
  });
});

function vectorFiles(): string[] {
  try {
    return readdirSync(vectors, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
}
