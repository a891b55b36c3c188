/**
 * Clock offset: how far is a device's clock from ours, and did it jump?
 *
 * The offset is the median of (arrival minus signing time) over an hour, one sample a minute, so that a burst of old
 * frames after an outage counts as one sample. It holds the transport's delay too. Shown as health; a jump is a finding,
 * because somebody who shifts a clock shifts events between before and after.
 *
 * Invariant: at most SAMPLES_MAX samples are kept.
 */
const SAMPLE_EVERY_MS = 60_000;
const WINDOW_MS = 3_600_000;
const SAMPLES_MAX = WINDOW_MS / SAMPLE_EVERY_MS;
/** A jump must last this many samples; one late frame is none. */
const JUMP_SAMPLES = 3;
/** Before that many older samples there is nothing to jump from. */
const SETTLED_SAMPLES = 5;

interface Sample {
  readonly arrivedMs: number;
  readonly offsetMs: number;
}

export class ClockOffset {
  #samples: Sample[] = [];

  /**
   * Takes a sample unless there is one of this minute. Answers the size of a jump, once, when the newest JUMP_SAMPLES
   * all lie further than `jumpMs` from the median of the older ones.
   */
  take(arrivedMs: number, issuedAtMs: number, jumpMs: number): number | undefined {
    const newest = this.#samples.at(-1);
    if (newest !== undefined && Math.abs(arrivedMs - newest.arrivedMs) < SAMPLE_EVERY_MS) return undefined;
    this.#samples = this.#samples.filter((sample) => Math.abs(arrivedMs - sample.arrivedMs) < WINDOW_MS);
    this.#samples.push({ arrivedMs, offsetMs: arrivedMs - issuedAtMs });
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
    return this.#jump(jumpMs);
  }

  /** Milliseconds our clock is ahead of the device's; undefined before the first sample. */
  medianMs(): number | undefined {
    return this.#samples.length === 0 ? undefined : medianOf(this.#samples);
  }

  #jump(jumpMs: number): number | undefined {
    const older = this.#samples.slice(0, -JUMP_SAMPLES);
    if (older.length < SETTLED_SAMPLES) return undefined;
    const before = medianOf(older);
    const recent = this.#samples.slice(-JUMP_SAMPLES);
    if (!recent.every((sample) => Math.abs(sample.offsetMs - before) > jumpMs)) return undefined;
    // The new offset is the truth from now on: the same jump is not told twice.
    this.#samples = recent;
    return medianOf(recent) - before;
  }
}

function medianOf(samples: readonly Sample[]): number {
  const sorted = samples.map((sample) => sample.offsetMs).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
