/** Keys, trees and slow obvious hashes for tests. */
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { concatBytes, sha256 } from "@twinward/kernel";
import { leafHash, nodeHash } from "./hash.ts";
import type { Ed25519Verify, NoteSigner } from "./note.ts";
import { MerkleTree } from "./tree.ts";
import { verifierKeyOf } from "./verifier-key.ts";

const PKCS8 = Uint8Array.from(Buffer.from("302e020100300506032b657004220420", "hex"));
const SPKI = Uint8Array.from(Buffer.from("302a300506032b6570032100", "hex"));

export const entryOf = (i: number): Uint8Array => new TextEncoder().encode(`entry ${i}`);

export function treeOf(size: number): MerkleTree {
  const tree = new MerkleTree();
  for (let i = 0; i < size; i++) tree.append(leafHash(entryOf(i)));
  return tree;
}

/** RFC 6962 section 2.1, word for word. */
export function slowRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256(new Uint8Array(0));
  if (leaves.length === 1) return first;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(slowRoot(leaves.slice(0, split)), slowRoot(leaves.slice(split)));
}

export function testSigner(name: string, seed = 1): NoteSigner {
  const der = Buffer.from(concatBytes(PKCS8, new Uint8Array(32).fill(seed)));
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    key: verifierKeyOf(name, new Uint8Array(spki.subarray(SPKI.length))),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

export const testVerify: Ed25519Verify = (publicKey, message, signature) => {
  const key = createPublicKey({ key: Buffer.from(concatBytes(SPKI, publicKey)), format: "der", type: "spki" });
  return verify(null, message, key, signature);
};
