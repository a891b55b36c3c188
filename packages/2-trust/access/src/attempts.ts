/**
 * Attempts: how many wrong secrets may one source try?
 *
 * Our secrets have 256 random bits, so this is not what keeps a guesser out; it keeps guessing cheap for us and loud.
 * A right secret always works: a lock-out that also stops the rightful holder would be a weapon for whoever shares the
 * holder's address.
 *
 * Invariant: the table never holds more than SOURCES_MAX sources; when full, the one that failed longest ago goes.
 */
import type { Clock } from "@twinward/kernel";

export const WRONG_SECRETS_MAX = 10;
export const LOCK_MS = 60_000;
export const SOURCES_MAX = 4096;

interface Failures {
  count: number;
  sinceMs: number;
}

export class Attempts {
  readonly #clock: Clock;
  /** In order of the last failure, oldest first. */
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a wrong secret; true when this source has had too many within the last minute. */
  failed(source: string): boolean {
    const nowMs = this.#clock.nowMs();
    const known = this.#failures.get(source);
    const ageMs = nowMs - (known?.sinceMs ?? nowMs);
    const failures = known !== undefined && ageMs >= 0 && ageMs < LOCK_MS ? known : { count: 0, sinceMs: nowMs };
    failures.count += 1;
    this.#failures.delete(source);
    this.#failures.set(source, failures);
    if (this.#failures.size > SOURCES_MAX) this.#forgetOldest();
    return failures.count > WRONG_SECRETS_MAX;
  }

  get size(): number {
    return this.#failures.size;
  }

  #forgetOldest(): void {
    for (const source of this.#failures.keys()) {
      this.#failures.delete(source);
      return;
    }
  }
}
