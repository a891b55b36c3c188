/**
 * The folder beside --out: one file for each part that is done, so that a trial can be cut into shards, run side by side,
 * stopped and resumed.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "@twinward/kernel";
import { replaceFile } from "@twinward/store";
import type { Outcome } from "./outcome.ts";
import type { Profile } from "./trial-test.ts";

export interface PartDone extends Outcome {
  readonly profile: Profile;
  readonly count: number;
  readonly seed: number;
  readonly seconds: number;
  /** Digest of the code that ran. */
  readonly code: string;
}

export class TrialState {
  readonly #dir: string | undefined;
  readonly #parts = new Map<string, PartDone>();

  /** Without a folder nothing outlives the process. */
  constructor(dir: string | undefined) {
    this.#dir = dir;
    if (dir !== undefined) mkdirSync(dir, { recursive: true });
  }

  /** Throws UsageError when the folder is of another trial. */
  part(id: string, profile: Profile, seed: number): PartDone | undefined {
    const done = this.#parts.get(id) ?? this.#stored(id);
    if (done === undefined || (done.profile === profile && done.seed === seed)) return done;
    throw new UsageError(`${this.#path(id)} is of another profile or seed`, {
      remedy: "Give another --out, or remove the folder to begin anew.",
    });
  }

  put(id: string, done: PartDone): void {
    this.#parts.set(id, done);
    if (this.#dir !== undefined) replaceFile(this.#path(id), new TextEncoder().encode(JSON.stringify(done)));
  }

  /** When everything is in the one JSON. */
  clear(): void {
    if (this.#dir !== undefined) rmSync(this.#dir, { recursive: true, force: true });
  }

  #stored(id: string): PartDone | undefined {
    const path = this.#path(id);
    if (this.#dir === undefined || !existsSync(path)) return undefined;
    try {
      return JSON.parse(readFileSync(path, "utf8")) as PartDone;
    } catch (cause) {
      throw new UsageError(`${path} cannot be read as a part of a trial`, { cause, remedy: "Remove it." });
    }
  }

  #path(id: string): string {
    return join(this.#dir ?? "", `${id.replace("#", ".")}.json`);
  }
}
