/**
 * Learns the limits of all statistics from clean rows: the hearing is held as in judging, and each limit is what clean
 * data crosses no more often than the stated rate.
 *
 * Rows that cross-prediction was fitted on flatter it, so its limits come from the rows held out of the fit, and its slow
 * means are followed over these alone.
 */
import { isHeldOut, shortened } from "../crossprediction/fit.ts";
import type { Heard } from "../fusion/hearing.ts";
import type { Limits, VoiceLimits } from "../fusion/score.ts";
import { SLOW_HOURS, Statistics, type VoiceStatistics } from "../fusion/statistics.ts";
import type { VoiceName, WaterReport } from "../fusion/testimony.ts";
import { type TailRate, tailLimit } from "./tail-limit.ts";

export interface LimitRates {
  /** False-alarm episodes per 30 days for one statistic. */
  readonly per30Days: number;
  readonly rowsPer30Days: number;
}

/** Collects statistics of clean rows, then gives limits. */
export class LimitLearner {
  readonly #rows: number;
  readonly #signals: number;
  readonly #voices = new Map<
    VoiceName,
    { sums: number[]; slowSums: number[]; signal: number[][]; slow: number[][][] }
  >();
  /** Cross-prediction over the rows held out of its fit, as if they followed each other. */
  readonly #heldOut: Statistics;
  readonly #misfit: number[] = [];
  readonly #logic = new Map<string, number[]>();

  constructor(rows: number, signals: number, samplePeriodMs: number) {
    this.#rows = rows;
    this.#signals = signals;
    this.#heldOut = new Statistics([FITTED], signals, samplePeriodMs);
  }

  /** @param row number of the row in the training data; it must come in order */
  add(row: number, { statistics, testimony }: Pick<Heard, "statistics" | "testimony">): void {
    for (const [name, seen] of statistics) if (name !== FITTED) this.#addVoice(name, seen);
    if (isHeldOut(row, this.#rows)) {
      const voices = testimony.voices.filter((voice) => voice.name === FITTED);
      for (const [name, seen] of this.#heldOut.step({ voices })) this.#addVoice(name, seen);
    }
    if (testimony.water) this.#addWater(testimony.water);
  }

  #addWater(water: WaterReport): void {
    this.#misfit.push(water.misfit);
    for (const kind of new Set([...this.#logic.keys(), ...water.logic.map((finding) => finding.kind)])) {
      const series = this.#logic.get(kind) ?? new Array<number>(this.#misfit.length - 1).fill(0);
      series.push(
        water.logic.reduce((most, finding) => (finding.kind === kind ? Math.max(most, finding.deviation) : most), 0),
      );
      this.#logic.set(kind, series);
    }
  }

  limits(rates: LimitRates): Limits {
    const voices = Object.fromEntries([...this.#voices].map(([name, seen]) => [name, this.#voiceLimits(seen, rates)]));
    const logic = [...this.#logic].map(([kind, series]) => [
      kind,
      shortened(Math.max(LOGIC_MIN, tailLimit(series, rates))),
    ]);
    return {
      voices,
      misfit: shortened(this.#misfit.length > 0 ? tailLimit(this.#misfit, rates) : 0),
      logic: Object.fromEntries(logic),
    };
  }

  #addVoice(name: VoiceName, seen: VoiceStatistics): void {
    let memory = this.#voices.get(name);
    if (!memory) {
      const lists = () => Array.from({ length: this.#signals }, (): number[] => []);
      memory = { sums: [], slowSums: [], signal: lists(), slow: SLOW_HOURS.map(lists) };
      this.#voices.set(name, memory);
    }
    memory.sums.push(seen.sum);
    memory.slowSums.push(seen.sumSlow);
    for (let i = 0; i < this.#signals; i++) {
      memory.signal[i]!.push(seen.signal[i]!);
      seen.slow.forEach((means, which) => {
        memory.slow[which]![i]!.push(means[i]!);
      });
    }
  }

  #voiceLimits(
    seen: { sums: number[]; slowSums: number[]; signal: number[][]; slow: number[][][] },
    rate: TailRate,
  ): VoiceLimits {
    const hours = (720 * seen.sums.length) / rate.rowsPer30Days;
    const slowRoom = (which: number) => 1 + SLOW_ROOM / Math.sqrt(Math.max(1, hours / (2 * SLOW_HOURS[which]!)));
    // The share of one signal is a part of the rate of the whole row.
    const each = { ...rate, per30Days: rate.per30Days / Math.max(1, this.#signals / 4) };
    const perSignal = (series: readonly number[][], least: number) =>
      series.map((values) => limitOrNone(values, each, least));
    return {
      sum: shortened(tailLimit(seen.sums, rate)),
      sumSlow: shortened(slowRoom(0) * tailLimit(seen.slowSums, rate)),
      signal: perSignal(seen.signal, SIGNAL_Z_MIN),
      slow: seen.slow.map((series, which) =>
        perSignal(series, SLOW_Z_MIN[which]!).map((limit) => shortened(slowRoom(which) * limit)),
      ),
    };
  }
}

const FITTED = "cross-prediction";
const LOGIC_MIN = 3;
/** No limit lies below these, whatever calm data suggests, standard deviations. */
const SIGNAL_Z_MIN = 5;
/** Slow means have few independent values even in a long record, so their tails are seen less well. */
const SLOW_ROOM = 4;
const SLOW_Z_MIN = [1.5, 1] as const;

/** 0 stands for "no limit": the voice never spoke of this signal. */
function limitOrNone(values: readonly number[], rate: TailRate, least: number): number {
  if (!values.some((value) => value > 0)) return 0;
  return shortened(Math.max(least, tailLimit(values, rate)));
}
