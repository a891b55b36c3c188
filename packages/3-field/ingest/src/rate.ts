/**
 * Rate: does a device send faster than it may?
 *
 * The bucket is asked last, after the signature and everything else: a bucket that strangers could drain with forged
 * frames would silence the honest device. Duplicates cost nothing either, for a relay can repeat any frame.
 *
 * Invariant: between two clock readings the bucket gains at most their distance times the rate; a clock that steps
 * back gains nothing.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes one token; false when there is none. */
  take(nowMs: number): boolean {
    const gained = (Math.max(0, nowMs - this.#atMs) * this.#perSecond) / 1000;
    this.#atMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
