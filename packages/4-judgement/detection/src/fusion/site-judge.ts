/**
 * The judge of one site: row in, judgement out.
 *
 * The plot of `step`: round; ask the water twin with the distrusted signals left out; hear all witnesses; score
 * against frozen limits; start, hold or end the alarm; while it lasts, find the culprits and distrust them; move the
 * water twin on without them; estimate, trust, explain.
 *
 * Invariants: no look-ahead; nothing learned here outlives the row except the state in the snapshot; the model is
 * never written to.
 */
import type { LevelControl, Notice, Site } from "@twinward/plant";
import type { Judge, Judgement, Row, Verdict } from "../judge.ts";
import { softSquare } from "../localisation/cross-exclusion.ts";
import { Deviations } from "../localisation/deviations.ts";
import { Localiser } from "../localisation/localiser.ts";
import { Ranking } from "../localisation/ranking.ts";
import type { Model } from "../train/model.ts";
import { trustOf } from "../trust/trust.ts";
import { type RowEvidence, VerdictOfAlarm } from "../verdict/verdict.ts";
import { bestEstimates, type Estimates, withinLimits } from "./best-estimate.ts";
import { causesOf } from "./causes.ts";
import { Disobedience } from "./disobedience.ts";
import { AGREES_Z, Distrust } from "./distrust.ts";
import { Episode } from "./episode.ts";
import { type Heard, Hearing } from "./hearing.ts";
import { Notices, type Widening } from "./notices.ts";
import { type Part, scoreParts } from "./score.ts";
import type { SiteJudgeState } from "./site-judge-state.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
import { type Testimony, type Voice, voiceOf } from "./testimony.ts";
import { TwoWaters } from "./two-waters.ts";
import type { WaterSays, WaterWitness } from "./water-witness.ts";

/** Alarms hold at this share of a limit, over gaps of at most these rows or hours, whichever is more. */
const HOLD = 0.6;
/** Evidence this far beyond a limit needs no second row; weaker evidence does, within these rows or hours. */
const STRONG = 3;
const CONFIRM_ROWS = 2;
const CONFIRM_HOURS = 1;
const BRIDGE_ROWS = 2;
const BRIDGE_HOURS = 1;

export class SiteJudge implements Judge {
  readonly #site: Site;
  readonly #model: Model;
  readonly #water: TwoWaters | undefined;
  readonly #hearing: Hearing;
  readonly #notices: Notices;
  readonly #deviations: Deviations;
  readonly #localiser: Localiser;
  readonly #episode: Episode;
  readonly #distrust = new Distrust();
  readonly #disobedience: Disobedience;
  readonly #ranking: Ranking;
  readonly #verdict = new VerdictOfAlarm();
  /** Estimates of the row before: they stand in for distrusted values of that row. */
  #estimatesBefore: Float64Array;
  /** Deviations of the row before by the best voice, to see leaps. */
  #zBefore: Float64Array;
  /** How much the distrusted levels still deviate from the twin that runs without them; 1 or more holds an alarm. */
  #stillFalse = 0;
  /** Rows since the last alarm. */
  #quietRows = 0;
  #alternatives: readonly (readonly number[])[] = [];

  constructor(site: Site, model: Model, water: WaterWitness | undefined, notices: readonly Notice[]) {
    const signals = site.signals.length;
    const rowsIn = (hours: number) => Math.round((hours * 3_600_000) / model.samplePeriodMs);
    this.#site = site;
    this.#model = model;
    this.#water = water && new TwoWaters(water);
    this.#hearing = new Hearing(site, model);
    this.#deviations = new Deviations(model.limits);
    this.#notices = new Notices(site, notices);
    this.#localiser = new Localiser(site, this.#hearing.cross, this.#hearing.floor, this.#deviations);
    this.#episode = new Episode({
      hold: HOLD,
      strong: STRONG,
      confirmRows: Math.max(CONFIRM_ROWS, rowsIn(CONFIRM_HOURS)),
      bridgeRows: Math.max(BRIDGE_ROWS, rowsIn(BRIDGE_HOURS)),
    });
    this.#disobedience = new Disobedience(site, controlsOf(site, model));
    this.#ranking = new Ranking(signals, model.samplePeriodMs);
    this.#estimatesBefore = new Float64Array(signals).fill(Number.NaN);
    this.#zBefore = new Float64Array(signals);
  }

  announce(notice: Notice): void {
    this.#notices.add(notice);
  }

  step(row: Row): Judgement {
    const { timeMs } = row;
    const values = this.#hearing.rounded(row.values);
    const planned = this.#notices.at(timeMs);
    const water = this.#water?.asMeasured(timeMs, values);
    const heard = this.#hearing.hear(timeMs, values, withoutPlanned(water, planned), planned.factor);
    const parts = scoreParts(heard.testimony, heard.statistics, this.#model.limits);
    const fast = most(parts, false);
    const plain = parts.some(isPlain);
    const beyond = ({ signal }: Pick<Part, "signal">) =>
      parts.some((part) => part.signal === signal && isDisobedient(part, planned));
    this.#disobedience.step(values, heard.testimony.water?.logic ?? [], beyond);
    const alarm = this.#episode.step(timeMs, {
      fast,
      slow: most(parts, true),
      plain,
      standing: Math.max(this.#stillFalse, this.#disobedience.signals.length),
    });
    if (fast >= 1) this.#hearing.forget();
    if (alarm) this.#investigate(heard, parts);
    else this.#calm();
    const without = this.#water?.without(timeMs, values, this.#distrust.signals);
    this.#reconsider(heard.testimony, without?.voices, fast < HOLD);
    if (alarm) this.#quietRows = 0;
    else if (++this.#quietRows >= FORGIVEN_ROWS) this.#distrust.clear();
    const evidence = this.#rowEvidence(heard.testimony, parts, planned, without?.voices);
    return this.#judgement(heard, parts, alarm ? this.#verdict.step(evidence) : "", planned, without ?? water);
  }

  /** In alarm: who explains it? New culprits are distrusted. */
  #investigate(heard: Heard, parts: readonly Part[]): void {
    const { testimony } = heard;
    const { values, repeats } = testimony;
    this.#ranking.fade();
    for (let i = 0; i < values.length; i++) {
      if (repeats.copied[i]! >= 1 || repeats.frozen[i]! >= 1) this.#distrust.add(i);
      if (repeats.copied[i]! >= 1) this.#ranking.add(i, COPY_WEIGHT * repeats.copied[i]!);
    }
    for (const { name, signal, ratio } of parts) {
      if (signal >= 0 && ratio >= HOLD) this.#ranking.add(signal, HINT_WEIGHT * Math.min(1, ratio));
      if (ratio >= 1 && DISOBEDIENCE.test(name)) this.#ranking.add(signal, DISOBEDIENCE_WEIGHT);
    }
    for (const signal of this.#disobedience.signals) this.#ranking.add(signal, DISOBEDIENCE_WEIGHT);
    for (const cause of testimony.limits) this.#accuse(cause.signal, LIMIT_WEIGHT);
    // What holds an alarm without deviating (a copy, a disobedient pump) says nothing about who else might lie.
    if (parts.some((part) => part.ratio >= HOLD && !PLAIN.test(part.name))) this.#localise(heard);
  }

  #localise(heard: Heard): void {
    const { testimony } = heard;
    const { timeMs, values } = testimony;
    const water = this.#water;
    const standIn = bestEstimates(testimony.voices, values.length).expected;
    const found = this.#localiser.localise({
      testimony,
      now: heard.filled,
      before: heard.before,
      distrusted: this.#distrust.signals,
      standIn,
      standInBefore: this.#estimatesBefore,
      ask: water && ((distrusted, freeSpeeds) => water.ask(timeMs, values, distrusted, freeSpeeds)),
    });
    for (const culprit of found.culprits) {
      this.#ranking.add(culprit.signal, culprit.gain);
      if (!culprit.actuator) this.#distrust.add(culprit.signal);
    }
    this.#alternatives = found.alternatives;
  }

  /** Distrusted signals are compared with what is expected without them: they earn suspicion, or their way back. */
  #reconsider(testimony: Testimony, without: readonly Voice[] | undefined, calm: boolean): void {
    const voices = without ?? testimony.voices;
    const { copied, frozen } = testimony.repeats;
    this.#stillFalse = 0;
    for (const signal of this.#distrust.signals) {
      if (calm && without && copied[signal]! < 1 && isVouched(signal, testimony, without))
        this.#distrust.remove(signal);
    }
    for (const signal of this.#distrust.signals) {
      const z = this.#deviations.worst(voices, signal);
      if (Number.isNaN(z)) continue;
      this.#ranking.add(signal, softSquare(z));
      if (without && this.#site.signals[signal]!.kind === "level")
        this.#stillFalse = Math.max(this.#stillFalse, Math.abs(z) / STILL_FALSE_Z, openLoopShare(without, signal));
    }
    const apart = (signal: number) =>
      without && this.#site.signals[signal]!.kind === "level" ? openLoopShare(without, signal) : 0;
    this.#distrust.step(
      (signal) => Math.max(Math.abs(this.#deviations.worst(voices, signal)), AGREES_Z * apart(signal)),
      (signal) => copied[signal]! >= 1 || frozen[signal]! >= 1,
    );
  }

  #accuse(id: string, weight: number): void {
    const signal = this.#site.signals.find((each) => each.id === id);
    if (!signal) return;
    this.#ranking.add(signal.number, weight);
    this.#distrust.add(signal.number);
  }

  /** Out of alarm suspicion ends; distrusted signals may still have to earn their way back. */
  #calm(): void {
    this.#ranking.reset();
    this.#verdict.reset();
    this.#alternatives = [];
  }

  #judgement(
    heard: Heard,
    parts: readonly Part[],
    verdict: Verdict,
    planned: Widening,
    water: WaterSays | undefined,
  ): Judgement {
    const { testimony } = heard;
    const estimates = this.#estimates(heard, water);
    const trust = this.#trustOf(testimony.values, estimates, heard);
    const alarm = verdict !== "";
    const idOf = (signal: number) => this.#site.signals[signal]!.id;
    this.#estimatesBefore = estimates.expected;
    const score = Math.max(most(parts, false), most(parts, true));
    return {
      timeMs: testimony.timeMs,
      alarm,
      score: alarm ? Math.max(1, score) : Math.min(score, 0.999999),
      verdict,
      suspects: alarm ? this.#ranking.suspects(idOf) : [],
      alternatives: alarm ? this.#alternatives.map((set) => set.map(idOf)) : [],
      causes: causesOf(this.#site, testimony, parts),
      sinceMs: alarm ? this.#episode.sinceMs : Number.NaN,
      estimates: estimates.expected,
      sigmas: estimates.sigma,
      trust,
      substituted: [...this.#distrust.signals]
        .filter((i) => !Number.isNaN(estimates.expected[i]!))
        .sort((a, b) => a - b),
      notice: planned.named,
    };
  }

  /** Estimates with distrusted signals left out of the inputs of every witness. */
  #estimates(heard: Heard, water: WaterSays | undefined): Estimates {
    const { testimony, before } = heard;
    const distrusted = this.#distrust.signals;
    const voices: Voice[] = [
      ...(water?.voices ?? testimony.voices.filter((voice) => voice.name !== "cross-prediction")),
    ];
    const now = heard.filled.slice();
    const then = before.slice();
    const stand = bestEstimates(voices.length > 0 ? voices : testimony.voices, now.length).expected;
    for (const signal of distrusted) {
      now[signal] = stand[signal]!;
      then[signal] = this.#estimatesBefore[signal]!;
    }
    const predicted = this.#hearing.cross.predict(now, then);
    voices.push(
      voiceOf("cross-prediction", testimony.values, predicted.expected, predicted.sigma, this.#hearing.floor),
    );
    return withinLimits(this.#site, bestEstimates(voices, now.length));
  }

  #trustOf(values: Float64Array, estimates: Estimates, heard: Heard): Float64Array {
    const { repeats, limits } = heard.testimony;
    const broken = new Set(limits.map((cause) => cause.signal));
    const distrusted = this.#distrust.signals;
    return Float64Array.from(this.#site.signals, ({ number, id, minimum, maximum, accuracy }) =>
      trustOf({
        value: values[number]!,
        estimate: estimates.expected[number]!,
        sigma: estimates.sigma[number]!,
        accuracy,
        span: maximum - minimum,
        distrusted: distrusted.has(number),
        surelyFalse: repeats.copied[number]! >= 1 || broken.has(id),
      }),
    );
  }

  #rowEvidence(
    testimony: Testimony,
    parts: readonly Part[],
    planned: Widening,
    without: readonly Voice[] | undefined,
  ): RowEvidence {
    const { copied, frozen } = testimony.repeats;
    const first = this.#ranking.order()[0] ?? -1;
    const level = first >= 0 && this.#site.signals[first]!.kind === "level" ? first : -1;
    const z = Float64Array.from(testimony.values, (_, i) => this.#deviations.worst(without ?? testimony.voices, i));
    const leap = level >= 0 ? z[level]! - this.#zBefore[level]! : 0;
    this.#zBefore = z;
    return {
      copied: copied.some((share) => share >= 1),
      disobeys: parts.some((part) => isDisobedient(part, planned)),
      level,
      levelZ: level >= 0 ? z[level]! : 0,
      leap,
      frozen: level >= 0 && frozen[level]! >= 0.5,
    };
  }

  snapshot(): Uint8Array {
    const state: SiteJudgeState = {
      hearing: this.#hearing.state(),
      notices: this.#notices.state(),
      episode: this.#episode.state(),
      distrust: this.#distrust.state(),
      disobedience: this.#disobedience.state(),
      ranking: this.#ranking.state(),
      verdict: this.#verdict.state(),
      estimatesBefore: [...this.#estimatesBefore],
      zBefore: [...this.#zBefore],
      alternatives: this.#alternatives,
      stillFalse: this.#stillFalse,
      quietRows: this.#quietRows,
      water: this.#water?.state() ?? null,
    };
    return encodeSnapshot(state);
  }

  restore(snapshot: Uint8Array): void {
    const state = decodeSnapshot(snapshot) as SiteJudgeState;
    this.#hearing.restore(state.hearing);
    this.#notices.restore(state.notices);
    this.#episode.restore(state.episode);
    this.#distrust.restore(state.distrust);
    this.#disobedience.restore(state.disobedience);
    this.#ranking.restore(state.ranking);
    this.#verdict.restore(state.verdict);
    this.#estimatesBefore = Float64Array.from(state.estimatesBefore);
    this.#zBefore = Float64Array.from(state.zBefore);
    this.#alternatives = state.alternatives;
    this.#stillFalse = state.stillFalse;
    this.#quietRows = state.quietRows;
    if (state.water) this.#water?.restore(state.water);
  }
}

/** Findings that need no second row: they are counted, not estimated. */
const PLAIN = /^(copied|frozen|limits|control-logic)/;
/** A level leaps once and is consistent afterwards: a second row would not say it again. */
const LEAP = /^mass-balance signal/;
const LEAP_RATIO = 1.3;
const DISOBEDIENCE = /^control-logic (threshold|switched|never-used)/;
const COPY_WEIGHT = 150;
/** A distrusted level this far from the twin without it, in standard deviations, holds the alarm. */
const STILL_FALSE_Z = 4;
/** Rows without alarm after which nobody is distrusted any more. */
const FORGIVEN_ROWS = 4;
const LIMIT_WEIGHT = 100;
const DISOBEDIENCE_WEIGHT = 40;
/** What points at a signal without proving it: enough to name somebody, too little to outweigh the localiser. */
const HINT_WEIGHT = 10;

/** The controls as the plant really runs them, where training has learned them. */
function controlsOf(site: Site, model: Model): readonly LevelControl[] {
  return model.water?.controls ?? (site.behaviour.kind === "epanet" ? site.behaviour.controls : []);
}

function isPlain({ name, ratio }: Part): boolean {
  return (ratio >= 1 && PLAIN.test(name)) || (ratio >= LEAP_RATIO && LEAP.test(name));
}

function isDisobedient({ name, ratio, signal }: Part, planned: Widening): boolean {
  return DISOBEDIENCE.test(name) && ratio >= 1 && !planned.notified.has(signal);
}

function most(parts: readonly Part[], slow: boolean): number {
  return parts.reduce((max, part) => (part.slow === slow && part.ratio > max ? part.ratio : max), 0);
}

/** How far a level lies from the twin that has run without it since it was accused; that twin knows its own doubt. */
function openLoopShare(without: readonly Voice[], level: number): number {
  const z = Math.abs(without.find((voice) => voice.name === "hydraulics")?.z[level] ?? Number.NaN);
  return Number.isNaN(z) ? 0 : z / OPEN_LOOP_Z;
}

const OPEN_LOOP_Z = 6;

/**
 * A row that is calm as measured speaks for an accused signal when a voice agrees with it that would have seen the
 * deviation it is accused of: then the twin that runs without it has gone astray, not the signal.
 */
function isVouched(signal: number, testimony: Testimony, without: readonly Voice[]): boolean {
  const estimate = bestEstimates(without, testimony.values.length).expected[signal]!;
  const accused = Math.abs(testimony.values[signal]! - estimate);
  return testimony.voices.some((voice) => {
    if (voice.name === "mass-balance") return false;
    return accused > VOUCH_SIGMAS * voice.sigma[signal]! && Math.abs(voice.z[signal]!) < VOUCH_Z;
  });
}

const VOUCH_SIGMAS = 4;
const VOUCH_Z = 2;

/** Control-logic findings about notified elements do not count. */
function withoutPlanned(water: WaterSays | undefined, planned: Widening): WaterSays | undefined {
  if (!water || planned.notified.size === 0) return water;
  const logic = water.report.logic.filter((finding) => !planned.notified.has(finding.signal));
  return { ...water, report: { ...water.report, logic } };
}
