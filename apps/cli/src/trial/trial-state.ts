/** The state file beside --out: the outcomes of parts that are done, so that a trial can be cut into shards and resumed. */
import { existsSync, readFileSync } from "node:fs";
import { UsageError } from "@twinward/kernel";
import { replaceFile } from "@twinward/store";
import type { Outcome } from "./outcome.ts";
import type { Profile } from "./trial-test.ts";

export interface PartDone extends Outcome {
  readonly count: number;
  readonly seed: number;
  readonly seconds: number;
  /** Digest of the code that ran. */
  readonly code: string;
}

interface Stored {
  readonly profile: Profile;
  readonly seed: number;
  readonly parts: Record<string, PartDone>;
}

export class TrialState {
  readonly #path: string | undefined;
  readonly #stored: Stored;

  /** Without a path nothing is kept. Throws UsageError when the file is of another trial. */
  constructor(path: string | undefined, profile: Profile, seed: number) {
    this.#path = path;
    this.#stored = (path === undefined ? undefined : storedIn(path)) ?? { profile, seed, parts: {} };
    if (this.#stored.profile !== profile || this.#stored.seed !== seed)
      throw new UsageError(`${path} is the state of profile ${this.#stored.profile}, seed ${this.#stored.seed}`, {
        remedy: "Give another --out, or remove it to begin anew.",
      });
  }

  part(id: string): PartDone | undefined {
    return this.#stored.parts[id];
  }

  put(id: string, done: PartDone): void {
    this.#stored.parts[id] = done;
    if (this.#path !== undefined) replaceFile(this.#path, new TextEncoder().encode(JSON.stringify(this.#stored)));
  }
}

/** A file beside others that shards write at the same time would lose parts: shards run one after the other. */
function storedIn(path: string): Stored | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Stored;
  } catch (cause) {
    throw new UsageError(`${path} cannot be read as the state of a trial`, { cause, remedy: "Remove it." });
  }
}
