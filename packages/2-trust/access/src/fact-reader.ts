/** Reads facts of our own entries back into typed values; a wrong shape is an error, never a guess. */
import type { Fact, LogEntry } from "@twinward/evidence";
import { TwinwardError } from "@twinward/kernel";

export class FactReader {
  readonly #entry: LogEntry;

  constructor(entry: LogEntry) {
    this.#entry = entry;
  }

  readonly text = (name: string): string => {
    const fact = this.#fact(name);
    if (typeof fact !== "string") throw this.damaged(name);
    return fact;
  };

  readonly number = (name: string): number => {
    const fact = this.#fact(name);
    if (typeof fact !== "number") throw this.damaged(name);
    return fact;
  };

  readonly bytes = (name: string): Uint8Array => {
    const fact = this.#fact(name);
    if (!(fact instanceof Uint8Array)) throw this.damaged(name);
    return fact;
  };

  readonly texts = (name: string): string[] => {
    const fact = this.#fact(name);
    if (!Array.isArray(fact) || !fact.every((item) => typeof item === "string")) throw this.damaged(name);
    return fact;
  };

  oneOf<const Word extends string>(name: string, words: readonly Word[]): Word {
    const found = words.find((word) => word === this.#fact(name));
    if (found === undefined) throw this.damaged(name);
    return found;
  }

  orNull<Value>(name: string, read: (name: string) => Value): Value | null {
    return this.#fact(name) === null ? null : read(name);
  }

  damaged(name: string): TwinwardError {
    const where = `entry ${this.#entry.index} (${this.#entry.kind}), fact "${name}"`;
    return new TwinwardError("ACCESS_LOG_DAMAGED", `${where} has not the shape this version writes`, {
      remedy: "run `twinward evidence verify` on the data folder",
    });
  }

  #fact(name: string): Fact | undefined {
    return Object.hasOwn(this.#entry.facts, name) ? this.#entry.facts[name] : undefined;
  }
}
