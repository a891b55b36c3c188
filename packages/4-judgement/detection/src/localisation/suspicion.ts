/**
 * Suspicion: who is suspected in the running alarm, who is not believed, and when that ends.
 *
 * Each alarmed row adds evidence: copies and broken limits by themselves, deviations by the localiser, and what
 * distrusted signals still deviate from the twin that runs without them. Out of alarm nobody is suspected, and after a
 * few quiet rows nobody is distrusted.
 */
import type { Site } from "@twinward/plant";
import { bestEstimates } from "../fusion/best-estimate.ts";
import type { Heard } from "../fusion/hearing.ts";
import { HOLD, isDeviation, isDisobedience } from "../fusion/part-kinds.ts";
import type { Part } from "../fusion/score.ts";
import type { Testimony, Voice } from "../fusion/testimony.ts";
import type { TwoWaters } from "../fusion/two-waters.ts";
import type { Suspect } from "../judge.ts";
import { softSquare } from "./cross-exclusion.ts";
import type { Deviations } from "./deviations.ts";
import { AGREES_Z, Distrust, type DistrustState } from "./distrust.ts";
import type { Localiser } from "./localiser.ts";
import { Ranking } from "./ranking.ts";
import { isVouched, openLoopShare } from "./standing.ts";

const COPY_WEIGHT = 150;
const LIMIT_WEIGHT = 100;
const DISOBEDIENCE_WEIGHT = 40;
/** What points at a signal without proving it: enough to name somebody, too little to outweigh the localiser. */
const HINT_WEIGHT = 10;
/** A distrusted level this far from the twin without it, in standard deviations, holds the alarm. */
const STILL_FALSE_Z = 4;
/** Rows without alarm after which nobody is distrusted any more. */
const FORGIVEN_ROWS = 4;

export interface SuspicionState {
  readonly distrust: DistrustState;
  readonly ranking: readonly number[];
  readonly alternatives: readonly (readonly number[])[];
  readonly standing: number;
  readonly quietRows: number;
}

export interface SuspicionParts {
  readonly site: Site;
  readonly samplePeriodMs: number;
  readonly localiser: Localiser;
  readonly deviations: Deviations;
  readonly water: TwoWaters | undefined;
}

export class Suspicion {
  readonly #parts: SuspicionParts;
  readonly #distrust = new Distrust();
  readonly #ranking: Ranking;
  #alternatives: readonly (readonly number[])[] = [];
  #standing = 0;
  #quietRows = 0;

  constructor(parts: SuspicionParts) {
    this.#parts = parts;
    this.#ranking = new Ranking(parts.site.signals.length, parts.samplePeriodMs);
  }

  get distrusted(): ReadonlySet<number> {
    return this.#distrust.signals;
  }

  /** How much the distrusted levels still deviate from the twin that runs without them; 1 or more holds an alarm. */
  get standing(): number {
    return this.#standing;
  }

  /** Number of the first suspect, or -1. */
  get first(): number {
    return this.#ranking.order()[0] ?? -1;
  }

  suspects(): Suspect[] {
    return this.#ranking.suspects((signal) => this.#idOf(signal));
  }

  alternatives(): string[][] {
    return this.#alternatives.map((set) => set.map((signal) => this.#idOf(signal)));
  }

  /** One alarmed row: who explains it? New culprits are distrusted. */
  investigate(
    heard: Heard,
    parts: readonly Part[],
    disobedient: readonly number[],
    estimatesBefore: Float64Array,
  ): void {
    const { repeats, limits } = heard.testimony;
    this.#ranking.fade();
    for (let i = 0; i < repeats.copied.length; i++) {
      if (repeats.copied[i]! >= 1 || repeats.frozen[i]! >= 1) this.#distrust.add(i);
      if (repeats.copied[i]! >= 1) this.#ranking.add(i, COPY_WEIGHT * repeats.copied[i]!);
    }
    for (const part of parts) {
      // In a state never seen, cross-prediction may be startled, but it knows of nobody to accuse.
      if (heard.unheardOf && part.name.startsWith("cross-prediction")) continue;
      if (part.signal >= 0 && part.ratio >= HOLD) this.#ranking.add(part.signal, HINT_WEIGHT * Math.min(1, part.ratio));
      if (isDisobedience(part)) this.#ranking.add(part.signal, DISOBEDIENCE_WEIGHT);
    }
    for (const signal of disobedient) this.#ranking.add(signal, DISOBEDIENCE_WEIGHT);
    for (const cause of limits) this.#accuse(cause.signal);
    // What holds an alarm without deviating (a copy, a disobedient pump) says nothing about who else might lie.
    if (parts.some(isDeviation)) this.#localise(heard, estimatesBefore);
  }

  /** A row out of alarm: suspicion ends; distrusted signals may still have to earn their way back. */
  calm(): void {
    this.#ranking.reset();
    this.#alternatives = [];
  }

  /**
   * Distrusted signals are compared with what is expected without them: they earn suspicion, or their way back.
   *
   * @param without what the twin says that runs without them
   * @param quiet whether the row as measured shows nothing that would hold an alarm
   */
  reconsider(testimony: Testimony, without: readonly Voice[] | undefined, alarm: boolean, quiet: boolean): void {
    const voices = without ?? testimony.voices;
    const { copied, frozen } = testimony.repeats;
    this.#standing = 0;
    for (const signal of this.distrusted) {
      if (quiet && without && copied[signal]! < 1 && isVouched(signal, testimony, without))
        this.#distrust.remove(signal);
    }
    const apart = (signal: number) => (without && this.#isLevel(signal) ? openLoopShare(without, signal) : 0);
    for (const signal of this.distrusted) {
      const z = Math.abs(this.#parts.deviations.worst(voices, signal));
      if (Number.isNaN(z)) continue;
      this.#ranking.add(signal, softSquare(z));
      if (without && this.#isLevel(signal)) this.#standing = Math.max(this.#standing, z / STILL_FALSE_Z, apart(signal));
    }
    this.#distrust.step(
      (signal) => Math.max(Math.abs(this.#parts.deviations.worst(voices, signal)), AGREES_Z * apart(signal)),
      (signal) => copied[signal]! >= 1 || frozen[signal]! >= 1,
    );
    this.#quietRows = alarm ? 0 : this.#quietRows + 1;
    if (this.#quietRows >= FORGIVEN_ROWS) this.#distrust.clear();
  }

  #localise(heard: Heard, standInBefore: Float64Array): void {
    const { testimony } = heard;
    const { timeMs, values } = testimony;
    const { water, localiser } = this.#parts;
    const found = localiser.localise({
      testimony,
      now: heard.filled,
      before: heard.before,
      unheardOf: heard.unheardOf,
      distrusted: this.distrusted,
      standIn: bestEstimates(testimony.voices, values.length).expected,
      standInBefore,
      ask: water && ((distrusted, freeSpeeds) => water.ask(timeMs, values, distrusted, freeSpeeds)),
    });
    for (const culprit of found.culprits) {
      this.#ranking.add(culprit.signal, culprit.gain);
      if (!culprit.actuator) this.#distrust.add(culprit.signal);
    }
    this.#alternatives = found.alternatives;
  }

  #accuse(id: string): void {
    const signal = this.#parts.site.signals.find((each) => each.id === id);
    if (!signal) return;
    this.#ranking.add(signal.number, LIMIT_WEIGHT);
    this.#distrust.add(signal.number);
  }

  #isLevel(signal: number): boolean {
    return this.#parts.site.signals[signal]!.kind === "level";
  }

  #idOf(signal: number): string {
    return this.#parts.site.signals[signal]!.id;
  }

  state(): SuspicionState {
    return {
      distrust: this.#distrust.state(),
      ranking: this.#ranking.state(),
      alternatives: this.#alternatives,
      standing: this.#standing,
      quietRows: this.#quietRows,
    };
  }

  restore(state: SuspicionState): void {
    this.#distrust.restore(state.distrust);
    this.#ranking.restore(state.ranking);
    this.#alternatives = state.alternatives;
    this.#standing = state.standing;
    this.#quietRows = state.quietRows;
  }
}
