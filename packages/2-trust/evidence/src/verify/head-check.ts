/**
 * Heads: the folder's own checkpoint, and the anchor from outside.
 *
 * Whoever owns a folder can make keys and heads that agree with anything, so those inside never anchor it. An anchor is a
 * checkpoint that was kept elsewhere, or a witness's cosignature.
 */
import { equalBytes, isRefusal, type Refusal } from "@twinward/kernel";
import {
  type Checkpoint,
  formatCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  parseNote,
  sameVerifierKey,
  type VerifierKey,
} from "@twinward/tlog";
import { currentTerm, type LogIdentity, type LogKeyTerm, verifyEd25519 } from "../log-key.ts";
import type { Findings } from "./findings.ts";

/** Roots of the walked tree at the sizes that heads name. */
export type Roots = ReadonlyMap<number, Uint8Array>;

/** The checkpoint's size, its signature unchecked: to know at which sizes a root is wanted. */
export function sizeNamedBy(note: string): number | undefined {
  const parsed = parseNote(note);
  const size = isRefusal(parsed) ? Number.NaN : Number(parsed.text.split("\n")[1]);
  return Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

/** Opens a checkpoint with the keys of the log's life; the key must have been the one of that size. */
export function openHead(
  note: string,
  identity: LogIdentity,
  witnesses: readonly VerifierKey[],
): OpenedCheckpoint | Refusal {
  return openCheckpoint(note, [...identity.terms.map((term) => term.key), ...witnesses], verifyEd25519);
}

/** The term whose key signs a head of that origin and size. */
export function termOf(identity: LogIdentity, { origin, size }: Checkpoint): LogKeyTerm | undefined {
  return identity.terms.findLast((term) => term.origin === origin && term.entry < size);
}

/** True when the right key of the log signed, and the note is nothing but our checkpoint and known cosignatures. */
export function isWholeHead(note: string, head: OpenedCheckpoint, identity: LogIdentity): boolean {
  const term = termOf(identity, head);
  const parsed = parseNote(note);
  if (term === undefined || isRefusal(parsed) || parsed.text !== formatCheckpoint(head)) return false;
  return (
    parsed.signatures.length === head.signedBy.length && head.signedBy.some((key) => sameVerifierKey(key, term.key))
  );
}

/** The witness that cosigned the head: one of those brought from outside, never a key that the folder names itself. */
export function cosignedBy(head: OpenedCheckpoint, witnesses: readonly VerifierKey[]): VerifierKey | undefined {
  return head.signedBy.find((key) => witnesses.some((witness) => sameVerifierKey(witness, key)));
}

/** An anchor vouches for what came before it. What came after rests on the log's own key, and that has to be said. */
export function tellCover(covered: number, entries: number, findings: Findings): void {
  if (covered >= entries) return;
  findings.warn(
    `the anchor covers entries 0 to ${covered - 1}; whoever has the log key can have rewritten those after it`,
  );
}

/** Judges the folder's own checkpoint file. Answers it when it holds. */
export function checkOwnHead(
  note: string | undefined,
  identity: LogIdentity,
  witnesses: readonly VerifierKey[],
  size: number,
  roots: Roots,
  lagging: boolean,
  findings: Findings,
): OpenedCheckpoint | undefined {
  const behind = (text: string) =>
    lagging ? findings.warn(text) : findings.problem("CHECKPOINT_BEHIND", "checkpoint", text);
  if (note === undefined || note === "") {
    behind("there is no checkpoint file");
    return undefined;
  }
  findings.checked.files++;
  const head = openHead(note, identity, witnesses);
  if (isRefusal(head)) {
    findings.problem("CHECKPOINT_WRONG", "checkpoint", `${head.code}: ${head.detail}`);
    return undefined;
  }
  const root = roots.get(head.size);
  if (head.origin !== currentTerm(identity).origin || !isWholeHead(note, head, identity)) {
    findings.problem("CHECKPOINT_WRONG", "checkpoint", "it is not what this log's key signs");
  } else if (head.size > size) {
    findings.problem(
      "ENTRIES_MISSING",
      `entry ${size}`,
      `log.db ends here, its own checkpoint covers ${head.size} entries`,
    );
  } else if (root === undefined || !equalBytes(root, head.root)) {
    findings.problem("ROOT_DIFFERS", "checkpoint", `the first ${head.size} entries have another root`);
  } else {
    if (head.size < size) behind(`the checkpoint covers ${head.size} of ${size} entries`);
    return head;
  }
  return undefined;
}

/** Judges the checkpoint from outside. True when the log extends it. */
export function checkAnchor(
  note: string,
  identity: LogIdentity,
  witnesses: readonly VerifierKey[],
  size: number,
  roots: Roots,
  findings: Findings,
): boolean {
  const anchor = openHead(note, identity, witnesses);
  if (isRefusal(anchor)) {
    findings.problem(
      "ANCHOR_NOT_OF_THIS_LOG",
      "anchor",
      `no key of this log signed it (${anchor.code}: ${anchor.detail})`,
    );
    return false;
  }
  const after = identity.terms.find(({ lost }, i) => lost && identity.terms[i - 1]?.origin === anchor.origin);
  if (after?.lost !== undefined && anchor.size > after.lost.kept) {
    const range = `${after.lost.kept} to ${anchor.size - 1}`;
    findings.problem(
      "ENTRIES_LOST",
      "anchor",
      `entries ${range} are lost, as the recovery entry ${after.entry} admits`,
    );
    return false;
  }
  if (anchor.size > size) {
    const detail = `the log ends at ${size}, the anchor covers ${anchor.size} entries: rolled back or cut off`;
    findings.problem("ENTRIES_MISSING", `entry ${size}`, detail);
    return false;
  }
  const root = roots.get(anchor.size);
  if (root !== undefined && equalBytes(root, anchor.root)) return true;
  findings.problem("ANCHOR_DIFFERS", "anchor", `the first ${anchor.size} entries are not those that the anchor covers`);
  return false;
}
