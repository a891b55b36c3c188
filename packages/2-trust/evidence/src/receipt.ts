/** What the log gives back for an entry once it is durable and covered by a signed checkpoint. */
import { formatProof, type MerkleTree } from "@twinward/tlog";
import type { Receipt } from "./entry.ts";
import type { Head } from "./reader.ts";

export class GroupReceipt implements Receipt {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly #head: Head;
  readonly #tree: MerkleTree;

  constructor(index: number, bytes: Uint8Array, head: Head, tree: MerkleTree) {
    this.index = index;
    this.bytes = bytes;
    this.#head = head;
    this.#tree = tree;
  }

  proof(): string {
    const { note, size } = this.#head;
    const hashes = this.#tree.inclusionProof(this.index, size);
    return formatProof({ index: this.index, hashes, checkpoint: note, extra: this.bytes });
  }
}
