/**
 * A clock for expiry that never runs back: what has expired stays expired when somebody turns the clock back.
 *
 * Starts no earlier than the newest entry of the log, so a restart does not help either. A clock that jumps forward
 * expires tokens early, which is the safe side: a new one is one request away.
 */
import type { Clock } from "@twinward/kernel";

export class OneWayClock implements Clock {
  readonly #clock: Clock;
  #latestMs: number;

  constructor(clock: Clock, notBeforeMs: number) {
    this.#clock = clock;
    this.#latestMs = notBeforeMs;
  }

  nowMs(): number {
    this.#latestMs = Math.max(this.#latestMs, this.#clock.nowMs());
    return this.#latestMs;
  }
}
