/**
 * The hearing: one row is put before all witnesses, in order, and their testimony is collected.
 *
 * Shared by training and judging, so that limits are learned from exactly what is later compared with them.
 * Values are rounded to the signals' resolution here and nowhere else.
 */
import { roundToResolution, type Site } from "@twinward/plant";
import { CrossPrediction } from "../crossprediction/cross-prediction.ts";
import { type RepeatState, RepeatWitness } from "../repeats/repeat-witness.ts";
import { SignalRules, type SignalRulesState } from "../rules/signal-rules.ts";
import type { Model } from "../train/model.ts";
import { Statistics, type StatisticsState, type VoiceStatistics } from "./statistics.ts";
import { type Testimony, VOICES, type Voice, type VoiceName, voiceOf } from "./testimony.ts";
import type { WaterSays } from "./water-witness.ts";

export interface Heard {
  readonly testimony: Testimony;
  readonly statistics: ReadonlyMap<VoiceName, VoiceStatistics>;
  /** This row and the one before with missing values filled, as cross-prediction saw them. */
  readonly filled: Float64Array;
  readonly before: Float64Array;
  /** An actuator does what it never did in training: cross-prediction has learned nothing for such a row. */
  readonly unheardOf: boolean;
}

export type HearingModel = Pick<Model, "cross" | "repeats" | "floor" | "samplePeriodMs">;

export interface HearingState {
  readonly before: readonly number[] | null;
  readonly rules: SignalRulesState;
  readonly repeats: RepeatState;
  readonly statistics: StatisticsState;
}

/** Factor on the spread of cross-prediction when an actuator does what it never did in training. */
const UNHEARD_OF = 25;

export class Hearing {
  readonly cross: CrossPrediction;
  readonly floor: Float64Array;
  readonly #site: Site;
  readonly #rules: SignalRules;
  /** Statuses that never changed in training, with their state. */
  readonly #constant: readonly (readonly [number, number])[];
  readonly #repeats: RepeatWitness;
  readonly #statistics: Statistics;
  /** The row before, missing values filled; undefined before the first row. */
  #before: Float64Array | undefined;

  constructor(site: Site, model: HearingModel) {
    const signals = site.signals.length;
    this.#site = site;
    this.cross = new CrossPrediction(model.cross, site.signals);
    this.floor = Float64Array.from(model.floor);
    this.#rules = new SignalRules(site.signals);
    this.#constant = site.signals
      .filter((signal) => signal.kind === "status" && Number.isInteger(model.cross.scale.mean[signal.number]!))
      .map((signal) => [signal.number, model.cross.scale.mean[signal.number]!]);
    this.#repeats = new RepeatWitness(model.repeats, signals);
    this.#statistics = new Statistics(VOICES, signals, model.samplePeriodMs);
  }

  rounded(values: Float64Array): Float64Array {
    return roundedRow(this.#site, values);
  }

  /**
   * Hears all witnesses; moves on to this row.
   *
   * @param values rounded
   * @param water what the water twin says of this row
   * @param factor widening per signal by notices
   */
  hear(timeMs: number, values: Float64Array, water: WaterSays | undefined, factor?: Float64Array): Heard {
    const filled = this.#filled(values, water);
    const before = this.#before ?? filled;
    const predicted = this.cross.predict(filled, before);
    const unheardOf = this.#isUnheardOf(filled);
    const sigma = unheardOf ? predicted.sigma.map((value) => UNHEARD_OF * value) : predicted.sigma;
    const cross = voiceOf("cross-prediction", values, predicted.expected, sigma, this.floor);
    const voices = [cross, ...(water?.voices ?? [])].map((voice) => (factor ? widened(voice, factor) : voice));
    const limits = this.#rules.check(timeMs, values);
    const testimony = { timeMs, values, voices, water: water?.report, limits, repeats: this.#repeats.step(values) };
    this.#before = filled;
    return { testimony, statistics: this.#statistics.step(testimony), filled, before, unheardOf };
  }

  /** A status in a state it never had in training. */
  #isUnheardOf(values: Float64Array): boolean {
    return this.#constant.some(([status, state]) => values[status]! !== state && !Number.isNaN(values[status]!));
  }

  /** Keeps the row just heard out of the slow means. */
  forget(): void {
    this.#statistics.forget();
  }

  /** Missing values replaced by what is expected there, so that one silent device does not disturb the rest. */
  #filled(values: Float64Array, water: WaterSays | undefined): Float64Array {
    if (!values.some(Number.isNaN)) return values;
    const held = values.map((value, i) => (Number.isNaN(value) ? (this.#before?.[i] ?? Number.NaN) : value));
    const { expected } = this.cross.predict(held, this.#before ?? held);
    const physical = water?.voices[0]?.expected;
    return values.map((value, i) => {
      if (!Number.isNaN(value)) return value;
      const estimate = physical && !Number.isNaN(physical[i]!) ? physical[i]! : expected[i]!;
      return Number.isNaN(estimate) ? held[i]! : estimate;
    });
  }

  state(): HearingState {
    return {
      before: this.#before ? [...this.#before] : null,
      rules: this.#rules.state(),
      repeats: this.#repeats.state(),
      statistics: this.#statistics.state(),
    };
  }

  restore(state: HearingState): void {
    this.#before = state.before ? Float64Array.from(state.before) : undefined;
    this.#rules.restore(state.rules);
    this.#repeats.restore(state.repeats);
    this.#statistics.restore(state.statistics);
  }
}

export function roundedRow(site: Site, values: Float64Array): Float64Array {
  return Float64Array.from(site.signals, (signal) => roundToResolution(values[signal.number]!, signal.resolution));
}

function widened(voice: Voice, factor: Float64Array): Voice {
  const sigma = voice.sigma.map((value, i) => value * factor[i]!);
  return { ...voice, sigma, z: voice.z.map((value, i) => value / factor[i]!) };
}

/** 1 for every signal that has a value and is not distrusted. */
export function trustedMask(values: Float64Array, distrusted: ReadonlySet<number>): Uint8Array {
  return Uint8Array.from(values, (value, i) => (Number.isNaN(value) || distrusted.has(i) ? 0 : 1));
}
