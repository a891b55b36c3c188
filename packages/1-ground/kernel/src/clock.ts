/** The clock comes in through the constructor, so that a whole plant can be run from a seed. */

export interface Clock {
  /** Unix time in milliseconds. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Moves to `timeMs`; may also move backwards, as real clocks do. */
  set(timeMs: number): void {
    this.#nowMs = timeMs;
  }
}

/** What the clock of a log means: a record made by demo or replay can never verify as live. */
export type TimeBase = "live" | "simulated" | "replay";
