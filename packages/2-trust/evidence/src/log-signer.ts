/** The log key of a running log: it signs checkpoints, and hands over to its successor. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { equalBytes } from "@twinward/kernel";
import { syncFolder, writeDurably } from "@twinward/store";
import { formatCheckpoint, formatVerifierKey, signNote, verifierKeyOf } from "@twinward/tlog";
import type { EntryDraft } from "./entry.ts";
import { EvidenceError } from "./error.ts";
import type { DataFolder } from "./layout.ts";
import {
  generateLogKey,
  type LogKeyPair,
  type LogKeyTerm,
  readLogKey,
  rotationStatement,
  signerOf,
} from "./log-key.ts";
import type { Head } from "./reader.ts";

export class LogSigner {
  readonly #folder: DataFolder;
  readonly #origin: string;
  #pair: LogKeyPair;

  /** Throws LOG_KEY_MISSING when the folder does not hold the private half of the term's key. */
  constructor(folder: DataFolder, term: LogKeyTerm) {
    this.#folder = folder;
    this.#origin = term.origin;
    finishRotation(folder, term);
    this.#pair = readLogKey(folder.logKey);
    if (!equalBytes(this.#pair.publicKey, term.key.publicKey)) {
      throw new EvidenceError("LOG_KEY_MISSING", `${folder.logKey} is not the key that the log names`);
    }
  }

  /** The same bytes whenever it is asked for the same head: Ed25519 draws no random number. */
  sign(size: number, root: Uint8Array): Head {
    const text = formatCheckpoint({ origin: this.#origin, size, root });
    return { size, note: signNote(text, [signerOf(this.#origin, this.#pair)]) };
  }

  /** Makes the next key and the entry that hands over to it; `handOver` follows when that entry is durable. */
  prepareRotation(): { readonly draft: EntryDraft; handOver(): void } {
    const next = generateLogKey();
    writeDurably(this.#folder.nextLogKey, next.pem);
    const from = verifierKeyOf(this.#origin, this.#pair.publicKey);
    const to = verifierKeyOf(this.#origin, next.publicKey);
    const statement = new TextEncoder().encode(rotationStatement(from, to));
    const facts = {
      purpose: "log",
      old: formatVerifierKey(from),
      new: formatVerifierKey(to),
      signatures: [this.#pair.sign(statement), next.sign(statement)],
    };
    const handOver = () => {
      this.#pair = next;
      promoteNextKey(this.#folder);
    };
    return { draft: { kind: "key-rotation", facts }, handOver };
  }
}

/** After a crash between the entry and the renaming, the next key is the one the log names. */
function finishRotation(folder: DataFolder, term: LogKeyTerm): void {
  if (!existsSync(folder.nextLogKey)) return;
  if (equalBytes(readLogKey(folder.nextLogKey).publicKey, term.key.publicKey)) promoteNextKey(folder);
  else rmSync(folder.nextLogKey);
}

function promoteNextKey(folder: DataFolder): void {
  renameSync(folder.nextLogKey, folder.logKey);
  syncFolder(folder.keys);
}
