/** How does a checkpoint that somebody outside holds lie to this log? */
import { equalBytes, isRefusal, type Refusal, refuse } from "@twinward/kernel";
import { type Checkpoint, type MerkleTree, openCheckpoint, sameVerifierKey } from "@twinward/tlog";
import type { HeadRelation } from "./keeper.ts";
import { type LogIdentity, type LogKeyTerm, verifyEd25519 } from "./log-key.ts";
import { termOf } from "./verify/head-check.ts";

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
  // A key that was rotated away says nothing about sizes after its time: else its thief could stop the server.
  const term = termOf(identity, checkpoint);
  if (term === undefined || !checkpoint.signedBy.some((key) => sameVerifierKey(key, term.key)))
    return refuse("CHECKPOINT_WRONG", "sender", "it is not signed by the key of its time");
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
