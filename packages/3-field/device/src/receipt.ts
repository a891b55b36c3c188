/**
 * Receipts: may this frame be forgotten?
 *
 * The answer to a frame is a C2SP tlog-proof whose `extra` line holds the bytes of the entry. It counts only when the
 * log's own key signed the checkpoint, the entry is in that tree, and the entry is of kind `frame` and names the digest
 * of the very frame that was sent. (A digest somewhere in an entry is not enough: the log also lists refused frames.)
 */
import { type CborValue, decodeCbor, registeredKey, verifySignature } from "@twinward/frame";
import { equalBytes, isRefusal } from "@twinward/kernel";
import { type Ed25519Verify, type OpenedCheckpoint, openProof, type VerifierKey } from "@twinward/tlog";
import { type DeviceRefusal, refuseDevice } from "./refusals.ts";

export interface CheckedReceipt {
  /** Index of the entry. */
  readonly index: number;
  readonly checkpoint: OpenedCheckpoint;
  /** The checkpoint as the log signed it. */
  readonly note: string;
}

/** The one Ed25519 rule of the project, in the shape that tlog takes. */
export const verifyEd25519: Ed25519Verify = (publicKey, message, signature) =>
  verifySignature(message, signature, registeredKey("ed25519", publicKey));

/**
 * `verifyEd25519` that knows the newest signature that was right: the frames of one group share one checkpoint.
 * Only a success is remembered, and only for the very same key, message and signature.
 */
export function rememberingVerify(): Ed25519Verify {
  let known: readonly Uint8Array[] = [];
  return (...claim) => {
    if (known.length > 0 && claim.every((part, i) => equalBytes(part, known[i]!))) return true;
    const isRight = verifyEd25519(...claim);
    if (isRight) known = claim.map((part) => Uint8Array.from(part));
    return isRight;
  };
}

/**
 * @param proof text of the server's answer
 * @param digest frame digest of the frame it answers
 */
export function checkReceipt(
  proof: string,
  digest: Uint8Array,
  logKey: VerifierKey,
  verify: Ed25519Verify = verifyEd25519,
): CheckedReceipt | DeviceRefusal {
  const opened = openProof(proof, [logKey], verify);
  if (isRefusal(opened)) return refuseDevice("RECEIPT_MALFORMED", `${opened.code}: ${opened.detail}`);
  if (opened.checkpoint.origin !== logKey.name) return refuseDevice("RECEIPT_ORIGIN");
  if (!isEntryOf(opened.entry, digest)) return refuseDevice("RECEIPT_OTHER_FRAME");
  // A proof ends with its checkpoint, verbatim, behind the first empty line.
  const note = proof.slice(proof.indexOf("\n\n") + 2);
  return { index: opened.index, checkpoint: opened.checkpoint, note };
}

/** docs/formats/entry.md: a map with `v` 1, `kind` and `facts`. */
function isEntryOf(entry: Uint8Array, digest: Uint8Array): boolean {
  const map = decodeCbor(entry);
  if (!(map instanceof Map) || map.get("v") !== 1 || map.get("kind") !== "frame") return false;
  const facts: CborValue | undefined = map.get("facts");
  const proven: unknown = facts instanceof Map ? facts.get("digest") : undefined;
  return proven instanceof Uint8Array && equalBytes(proven, digest);
}
