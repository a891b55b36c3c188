/** Checkpoints (c2sp.org/tlog-checkpoint): the origin, size and root of a log, as the text of a signed note. */
import { fromBase64, isRefusal, toBase64 } from "@twinward/kernel";
import { HASH_BYTES } from "./hash.ts";
import { type Ed25519Verify, openNote } from "./note.ts";
import { type TlogRefusal, tlogRefusal } from "./refusals.ts";
import { SIGNATURE_TYPE, type VerifierKey } from "./verifier-key.ts";

export interface Checkpoint {
  readonly origin: string;
  /** Leaves of the tree. */
  readonly size: number;
  readonly root: Uint8Array;
  /** Opaque further lines; ours has none. */
  readonly extensions: readonly string[];
}

export interface OpenedCheckpoint extends Checkpoint {
  readonly signedBy: readonly VerifierKey[];
}

const EXTENSIONS_MAX = 64;

/** The text of the note; `extensions` default to none. */
export function formatCheckpoint(checkpoint: Omit<Checkpoint, "extensions"> & Partial<Checkpoint>): string {
  const lines = [checkpoint.origin, String(checkpoint.size), toBase64(checkpoint.root)];
  return `${[...lines, ...(checkpoint.extensions ?? [])].join("\n")}\n`;
}

/** Reads the text of a note whose signature has verified. */
export function parseCheckpoint(text: string): Checkpoint | TlogRefusal {
  if (!text.endsWith("\n")) return malformed("no newline at the end");
  const [origin, count, encoded, ...extensions] = text.slice(0, -1).split("\n");
  if (origin === undefined || count === undefined || encoded === undefined) return malformed("fewer than three lines");
  if (origin === "") return malformed("origin");
  const size = parseCount(count);
  const root = fromBase64(encoded);
  if (size === undefined) return malformed("tree size");
  if (root === undefined || root.length !== HASH_BYTES) return malformed("root hash");
  if (extensions.length > EXTENSIONS_MAX || extensions.includes("")) return malformed("extension lines");
  return { origin, size, root, extensions };
}

/** Opens a signed checkpoint: a log key named like its origin must have signed it (witness keys only add to that). */
export function openCheckpoint(
  note: string,
  known: readonly VerifierKey[],
  verify: Ed25519Verify,
): OpenedCheckpoint | TlogRefusal {
  const opened = openNote(note, known, verify);
  if (isRefusal(opened)) return opened;
  const { text, signedBy } = opened;
  const checkpoint = parseCheckpoint(text);
  if (isRefusal(checkpoint)) return checkpoint;
  if (!signedBy.some(({ name, type }) => name === checkpoint.origin && type === SIGNATURE_TYPE.ed25519)) {
    return tlogRefusal("NOTE_UNSIGNED", `no signature by a log key of ${checkpoint.origin}`);
  }
  return { ...checkpoint, signedBy };
}

/** ASCII decimal without leading zeroes, at most 2^53 - 1. */
export function parseCount(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

function malformed(what: string): TlogRefusal {
  return tlogRefusal("CHECKPOINT_MALFORMED", what);
}
