/**
 * Proofs as text (c2sp.org/tlog-proof@v1): an entry's index, its inclusion proof and the signed checkpoint.
 *
 * In Twinward the `extra` line carries the bytes of the entry, so that whoever holds the text holds all of it. `extra`
 * is not covered by any signature: `openProof` believes it only because it hashes to the proven leaf.
 */
import { fromBase64, isRefusal, toBase64 } from "@twinward/kernel";
import { type OpenedCheckpoint, openCheckpoint, parseCount } from "./checkpoint.ts";
import { HASH_BYTES, leafHash } from "./hash.ts";
import { type Ed25519Verify, NOTE_CHARACTERS_MAX } from "./note.ts";
import { type TlogRefusal, tlogRefusal } from "./refusals.ts";
import type { VerifierKey } from "./verifier-key.ts";
import { verifyInclusion } from "./verify.ts";

export interface Proof {
  readonly index: number;
  /** Sibling of the leaf first. */
  readonly hashes: readonly Uint8Array[];
  /** The signed note of the checkpoint, verbatim. */
  readonly checkpoint: string;
  readonly extra: Uint8Array | undefined;
}

export interface OpenedProof {
  readonly index: number;
  /** The bytes of the proven entry. */
  readonly entry: Uint8Array;
  readonly checkpoint: OpenedCheckpoint;
}

const MAGIC = "c2sp.org/tlog-proof@v1";
/** A tree has at most 2^53 leaves here, 2^63 by the specification. */
const HASHES_MAX = 63;
/** Base64 of an entry of 64 KiB. */
const EXTRA_CHARACTERS_MAX = 88 * 1024;
export const PROOF_CHARACTERS_MAX = EXTRA_CHARACTERS_MAX + NOTE_CHARACTERS_MAX + 4096;

export function formatProof(proof: Proof): string {
  let text = `${MAGIC}\n`;
  if (proof.extra !== undefined) text += `extra ${toBase64(proof.extra)}\n`;
  text += `index ${proof.index}\n`;
  for (const hash of proof.hashes) text += `${toBase64(hash)}\n`;
  return `${text}\n${proof.checkpoint}`;
}

/** The parts of a proof, nothing checked beyond their form. */
export function parseProof(text: string): Proof | TlogRefusal {
  if (text.length > PROOF_CHARACTERS_MAX) return malformed("longer than the limit");
  const split = text.indexOf("\n\n");
  if (split < 0) return malformed("no empty line");
  const lines = text.slice(0, split).split("\n");
  if (lines.shift() !== MAGIC) return malformed("first line");
  const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift()?.slice("extra ".length) ?? "") : null;
  if (extra === undefined) return malformed("extra line");
  const indexLine = lines.shift() ?? "";
  const index = indexLine.startsWith("index ") ? parseCount(indexLine.slice("index ".length)) : undefined;
  if (index === undefined) return malformed("index line");
  if (lines.length > HASHES_MAX) return malformed("too many hashes");
  const hashes = lines.map((line) => fromBase64(line));
  if (!hashes.every((hash) => hash?.length === HASH_BYTES)) return malformed("hash line");
  return { index, hashes: hashes as Uint8Array[], checkpoint: text.slice(split + 2), extra: extra ?? undefined };
}

/** Checks all of it: the checkpoint's signature by a known log key, and that `extra` is the entry at that index. */
export function openProof(
  text: string,
  known: readonly VerifierKey[],
  verify: Ed25519Verify,
): OpenedProof | TlogRefusal {
  const proof = parseProof(text);
  if (isRefusal(proof)) return proof;
  const { index, hashes, checkpoint: note, extra } = proof;
  if (extra === undefined) return malformed("no extra line with the entry");
  const opened = openCheckpoint(note, known, verify);
  if (isRefusal(opened)) return opened;
  const checkpoint = opened;
  const leaf = leafHash(extra);
  const refusal = verifyInclusion({ index, size: checkpoint.size, leaf, hashes, root: checkpoint.root });
  return refusal ?? { index, entry: extra, checkpoint };
}

function malformed(what: string): TlogRefusal {
  return tlogRefusal("PROOF_MALFORMED", what);
}
