import { leafHash, MerkleTree } from "@twinward/tlog";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isConsistent, isIncluded, LeafList, leafOf } from "./merkle.ts";

function grown(size: number): { own: LeafList; theirs: MerkleTree } {
  const [own, theirs] = [new LeafList(), new MerkleTree()];
  for (let i = 0; i < size; i++) {
    own.push(leafOf(Buffer.from(`entry ${i}`)));
    theirs.append(leafHash(Buffer.from(`entry ${i}`)));
  }
  return { own, theirs };
}

const SIZE_MAX = 140;
const { own, theirs } = grown(SIZE_MAX);
const pair = fc.integer({ min: 1, max: SIZE_MAX }).chain((size) => fc.tuple(fc.nat(size - 1), fc.constant(size)));

test("roots, inclusion and consistency agree with the product's tree, which shares no code", () => {
  fc.assert(
    fc.property(pair, ([index, size]) => {
      const root = own.root(size);
      expect(root.equals(theirs.root(size))).toBe(true);
      const path = theirs.inclusionProof(index, size);
      expect(isIncluded(leafOf(Buffer.from(`entry ${index}`)), index, size, path, root)).toBe(true);
      const consistency = own.consistency(index + 1, size);
      expect(isConsistent(index + 1, size, consistency, own.root(index + 1), root)).toBe(true);
      expect(consistency.map(String)).toEqual(
        theirs.consistencyProof(index + 1, size).map((hash) => String(Buffer.from(hash))),
      );
    }),
  );
});

test("a wrong leaf, index, root or path is not believed", () => {
  fc.assert(
    fc.property(pair, ([index, size]) => {
      const [leaf, root] = [leafOf(Buffer.from(`entry ${index}`)), own.root(size)];
      const path = theirs.inclusionProof(index, size);
      expect(isIncluded(leafOf(Buffer.from("x")), index, size, path, root)).toBe(false);
      expect(isIncluded(leaf, index, size, path, own.root(size === 1 ? 2 : size - 1))).toBe(false);
      expect(isIncluded(leaf, index, size, [...path, leaf], root)).toBe(false);
      if (size > 1) expect(isIncluded(leaf, (index + 1) % size, size, path, root)).toBe(false);
    }),
  );
});

test("a log that changed its past is not consistent", () => {
  const changed = new LeafList();
  for (let i = 0; i < SIZE_MAX; i++) changed.push(leafOf(Buffer.from(i === 3 ? "changed" : `entry ${i}`)));
  for (const oldSize of [4, 7, 64, 100]) {
    const path = changed.consistency(oldSize, SIZE_MAX);
    expect(isConsistent(oldSize, SIZE_MAX, path, own.root(oldSize), changed.root(SIZE_MAX))).toBe(false);
  }
});
