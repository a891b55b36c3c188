/**
 * Quarantine: frames that the door refused, kept beside the log so that they can be looked at.
 *
 * They never reach state, history, training, streams or exports. At most `framesMax` per source; what comes after is
 * only counted, so that a sender cannot fill the disk.
 */
import { concatBytes, sha256 } from "@twinward/kernel";
import type { SqliteDatabase } from "@twinward/store";

export const QUARANTINE_FRAMES_MAX = 100;

export interface RefusedFrame {
  readonly source: string;
  readonly code: string;
  readonly atMs: number;
  readonly frame: Uint8Array;
}

/** A row of the table. */
export interface QuarantineRow {
  readonly id: number;
  readonly source: string;
  readonly code: string;
  readonly at: number;
  readonly frame: Uint8Array;
  readonly digest: Uint8Array;
}

/** Over everything that is kept of a refused frame. */
export function quarantineDigest({ source, code, atMs, frame }: RefusedFrame): Uint8Array {
  return sha256(concatBytes(new TextEncoder().encode(`${JSON.stringify([source, code, atMs])}\n`), frame));
}

export class Quarantine {
  readonly #held;
  readonly #insert;
  readonly #count;
  readonly #framesMax: number;

  constructor(database: SqliteDatabase, framesMax: number) {
    this.#framesMax = framesMax;
    this.#held = database.prepare("SELECT count(*) AS held FROM quarantine WHERE source = ?");
    this.#insert = database.prepare("INSERT INTO quarantine (source, code, at, frame, digest) VALUES (?, ?, ?, ?, ?)");
    this.#count = database.prepare(
      `INSERT INTO quarantine_left_off (source, frames) VALUES (?, 1)
       ON CONFLICT (source) DO UPDATE SET frames = frames + 1`,
    );
  }

  /** Inside a transaction. */
  put({ source, code, atMs, frame }: RefusedFrame): void {
    const { held } = this.#held.get(source) as { held: number };
    if (held >= this.#framesMax) this.#count.run(source);
    else this.#insert.run(source, code, atMs, frame, quarantineDigest({ source, code, atMs, frame }));
  }
}
