/**
 * The few numbers that decide whether a row is suspicious, each with a frozen limit.
 *
 * Every statistic is divided by a limit learned on clean rows; the score of a row is the largest quotient, so a score
 * of 1 means "rarer on clean data than the stated false-alarm rate, in at least one respect". Sums catch what is
 * spread over many signals, single signals what sits in one, slow means what is small but stays.
 *
 * Invariant: state is the slow means only; missing values leave them as they are.
 */
import type { Testimony, Voice, VoiceName } from "./testimony.ts";

/** Squared deviations count at most this much in a sum: one wild signal must not speak for all. */
const SQUARE_MAX = 25;
/** Deviations in slow means are held inside this. */
const SLOW_Z_MAX = 5;
/** A slow mean counts at most this multiple of what its source shows now. */
const FED = 1.5;
/** Time constants of the slow means, hours. */
export const SLOW_HOURS = [4, 24] as const;

export interface VoiceStatistics {
  /** Sum over signals of min(z², SQUARE_MAX). */
  readonly sum: number;
  /** The sum, averaged over SLOW_HOURS[0], while it is still fed. */
  readonly sumSlow: number;
  /** |z| per signal. */
  readonly signal: Float64Array;
  /** |slow mean of z| per signal while it is still fed, one array per time constant. */
  readonly slow: readonly Float64Array[];
}

interface VoiceMemory {
  sumSlow: number;
  readonly slow: Float64Array[];
}

export class Statistics {
  readonly #follow: readonly number[];
  #before: StatisticsState = [];
  readonly #memory = new Map<VoiceName, VoiceMemory>();

  constructor(voices: readonly VoiceName[], signals: number, samplePeriodMs: number) {
    this.#follow = SLOW_HOURS.map((hours) => 1 - Math.exp(-samplePeriodMs / (hours * 3_600_000)));
    for (const name of voices) {
      this.#memory.set(name, { sumSlow: Number.NaN, slow: SLOW_HOURS.map(() => new Float64Array(signals)) });
    }
  }

  step(testimony: Pick<Testimony, "voices">): Map<VoiceName, VoiceStatistics> {
    this.#before = this.state();
    return new Map(testimony.voices.map((voice) => [voice.name, this.#hear(voice)]));
  }

  #hear(voice: Voice): VoiceStatistics {
    const memory = this.#memory.get(voice.name)!;
    let sum = 0;
    const signal = new Float64Array(voice.z.length);
    for (let i = 0; i < voice.z.length; i++) {
      const z = voice.z[i]!;
      if (Number.isNaN(z)) continue;
      sum += Math.min(SQUARE_MAX, z * z);
      signal[i] = Math.abs(z);
      const held = Math.max(-SLOW_Z_MAX, Math.min(SLOW_Z_MAX, z));
      this.#follow.forEach((follow, which) => {
        memory.slow[which]![i]! += follow * (held - memory.slow[which]![i]!);
      });
    }
    memory.sumSlow = Number.isNaN(memory.sumSlow) ? sum : memory.sumSlow + this.#follow[0]! * (sum - memory.sumSlow);
    // A slow mean counts only while it is still fed: what ended must not sound on.
    const fed = (means: Float64Array) => means.map((mean, i) => Math.min(Math.abs(mean), FED * signal[i]!));
    return { sum, sumSlow: Math.min(memory.sumSlow, FED * sum), signal, slow: memory.slow.map(fed) };
  }

  /** Takes the last row out of the slow means: what is loud on its own must not echo in them. */
  forget(): void {
    this.restore(this.#before);
  }

  state(): StatisticsState {
    return [...this.#memory].map(([name, memory]) => ({
      name,
      sumSlow: memory.sumSlow,
      slow: memory.slow.map((means) => [...means]),
    }));
  }

  restore(state: StatisticsState): void {
    for (const { name, sumSlow, slow } of state) {
      const memory = this.#memory.get(name);
      if (!memory) continue;
      memory.sumSlow = sumSlow;
      slow.forEach((means, which) => {
        memory.slow[which]?.set(means);
      });
    }
  }
}

export type StatisticsState = readonly {
  readonly name: VoiceName;
  readonly sumSlow: number;
  readonly slow: readonly (readonly number[])[];
}[];
