/**
 * Deviations on one scale: standard deviations as clean data really has them.
 *
 * A voice may be surer of itself than it should be about some signals; the limits learned from clean data know. Each
 * deviation is divided by its own limit and multiplied by LIMIT_Z, so that 5 means "as rare as an alarm" everywhere.
 */
import type { Limits } from "../fusion/score.ts";
import type { Voice, VoiceName } from "../fusion/testimony.ts";

/** A limit on this scale. */
export const LIMIT_Z = 5;

export class Deviations {
  readonly #factors = new Map<VoiceName, Float64Array>();

  constructor(limits: Limits) {
    for (const [name, { signal }] of Object.entries(limits.voices)) {
      const factors = Float64Array.from(signal, (limit) => (limit > 0 ? Math.min(1, LIMIT_Z / limit) : 0));
      this.#factors.set(name as VoiceName, factors);
    }
  }

  /** Factor on the raw deviation of a signal in a voice; 0 where the voice was never heard on clean data. */
  factor(voice: VoiceName, signal: number): number {
    return this.#factors.get(voice)?.[signal] ?? 0;
  }

  of(voice: Voice, signal: number): number {
    const factor = this.factor(voice.name, signal);
    return factor === 0 ? Number.NaN : factor * voice.z[signal]!;
  }

  /** The largest deviation of the signal in any voice, with its sign; NaN when no voice speaks. */
  worst(voices: readonly Voice[], signal: number): number {
    let worst = Number.NaN;
    for (const voice of voices) {
      const z = this.of(voice, signal);
      if (!Number.isNaN(z) && !(Math.abs(z) <= Math.abs(worst))) worst = z;
    }
    return worst;
  }
}
