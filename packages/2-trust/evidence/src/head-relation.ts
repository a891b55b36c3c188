/** How does a checkpoint that somebody outside holds lie to this log? */
import { equalBytes, isRefusal, type Refusal } from "@twinward/kernel";
import { type Checkpoint, type MerkleTree, openCheckpoint } from "@twinward/tlog";
import type { HeadRelation } from "./keeper.ts";
import { type LogIdentity, type LogKeyTerm, verifyEd25519 } from "./log-key.ts";

/** `treeAt(size)` gives a tree that has reached that size, which is at most `size`. */
export function headRelation(
  note: string,
  identity: LogIdentity,
  size: number,
  treeAt: (size: number) => MerkleTree,
): HeadRelation | Refusal {
  const keys = identity.terms.map((term) => term.key);
  const checkpoint = openCheckpoint(note, keys, verifyEd25519);
  if (isRefusal(checkpoint)) return checkpoint;
  const after = identity.terms.find((term, i) => term.lost && identity.terms[i - 1]?.origin === checkpoint.origin);
  const reach = after?.lost?.kept ?? size;
  if (checkpoint.size > reach) return after === undefined ? "beyond" : admitted(checkpoint, after);
  if (equalBytes(treeAt(checkpoint.size).root(checkpoint.size), checkpoint.root)) return "within";
  return after === undefined ? "forked" : admitted(checkpoint, after);
}

/** The recovery entry admits the loss up to the head it names. */
function admitted(checkpoint: Checkpoint, after: LogKeyTerm): HeadRelation {
  return checkpoint.size <= (after.lost?.oldSize ?? 0) ? "lost" : "beyond";
}
