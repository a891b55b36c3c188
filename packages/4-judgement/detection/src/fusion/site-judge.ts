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
import { Deviations } from "../localisation/deviations.ts";
import { Localiser } from "../localisation/localiser.ts";
import { Suspicion } from "../localisation/suspicion.ts";
import type { Model } from "../train/model.ts";
import { trustOf } from "../trust/trust.ts";
import { type RowEvidence, VerdictOfAlarm } from "../verdict/verdict.ts";
import { bestEstimates, type Estimates, withinLimits } from "./best-estimate.ts";
import { causesOf } from "./causes.ts";
import { Disobedience } from "./disobedience.ts";
import { Episode } from "./episode.ts";
import { type Heard, Hearing } from "./hearing.ts";
import { Notices, type Widening } from "./notices.ts";
import { HOLD, isAgreed, isPlain, isUnplannedDisobedience, most } from "./part-kinds.ts";
import { type Part, scoreParts } from "./score.ts";
import type { SiteJudgeState } from "./site-judge-state.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot.ts";
import { type Testimony, type Voice, voiceOf } from "./testimony.ts";
import { TwoWaters } from "./two-waters.ts";
import type { WaterSays, WaterWitness } from "./water-witness.ts";

/** Evidence that needs a second row must come again within these rows or hours, and not sooner than in half an hour. */
const CONFIRM_HOURS_MIN = 0.5;
const CONFIRM_ROWS = 2;
const CONFIRM_HOURS = 1;
/** Gaps in the evidence that an alarm bridges, rows or hours, whichever is more. */
const BRIDGE_ROWS = 2;
const BRIDGE_HOURS = 1;

export class SiteJudge implements Judge {
  readonly #site: Site;
  readonly #model: Model;
  readonly #water: TwoWaters | undefined;
  readonly #hearing: Hearing;
  readonly #notices: Notices;
  readonly #deviations: Deviations;
  readonly #episode: Episode;
  readonly #suspicion: Suspicion;
  readonly #disobedience: Disobedience;
  readonly #verdict = new VerdictOfAlarm();
  /** Estimates of the row before: they stand in for distrusted values of that row. */
  #estimatesBefore: Float64Array;
  /** Deviations of the row before by the best voice, to see leaps. */
  #zBefore: Float64Array;

  constructor(site: Site, model: Model, water: WaterWitness | undefined, notices: readonly Notice[]) {
    const signals = site.signals.length;
    const rowsIn = (hours: number) => Math.round((hours * 3_600_000) / model.samplePeriodMs);
    this.#site = site;
    this.#model = model;
    this.#water = water && new TwoWaters(water);
    this.#hearing = new Hearing(site, model);
    this.#deviations = new Deviations(model.limits);
    this.#notices = new Notices(site, notices);
    this.#suspicion = new Suspicion({
      site,
      samplePeriodMs: model.samplePeriodMs,
      localiser: new Localiser(site, this.#hearing.cross, this.#hearing.floor, this.#deviations),
      deviations: this.#deviations,
      water: this.#water,
    });
    this.#episode = new Episode({
      hold: HOLD,
      confirmRowsMin: Math.max(1, rowsIn(CONFIRM_HOURS_MIN)),
      confirmRows: Math.max(CONFIRM_ROWS, rowsIn(CONFIRM_HOURS)),
      bridgeRows: Math.max(BRIDGE_ROWS, rowsIn(BRIDGE_HOURS)),
    });
    this.#disobedience = new Disobedience(site, controlsOf(site, model));
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
    const alarm = this.#isAlarm(heard, parts, planned);
    if (fast >= 1) this.#hearing.forget();
    if (alarm) this.#suspicion.investigate(heard, parts, this.#disobedience.signals, this.#estimatesBefore);
    else this.#calm();
    const without = this.#water?.without(timeMs, values, this.#suspicion.distrusted);
    this.#suspicion.reconsider(heard.testimony, without?.voices, alarm, fast < HOLD);
    const evidence = this.#rowEvidence(heard.testimony, parts, planned, without?.voices);
    return this.#judgement(heard, parts, alarm ? this.#verdict.step(evidence) : "", planned, without ?? water);
  }

  #isAlarm({ testimony }: Heard, parts: readonly Part[], planned: Widening): boolean {
    const beyond = ({ signal }: Pick<Part, "signal">) =>
      parts.some((part) => part.signal === signal && isUnplannedDisobedience(part, planned));
    this.#disobedience.step(testimony.values, testimony.water?.logic ?? [], beyond);
    return this.#episode.step(testimony.timeMs, {
      fast: most(parts, false),
      slow: most(parts, true),
      plain: parts.some(isPlain) || isAgreed(parts),
      standing: Math.max(this.#suspicion.standing, this.#disobedience.signals.length),
    });
  }

  #calm(): void {
    this.#suspicion.calm();
    this.#verdict.reset();
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
    this.#estimatesBefore = estimates.expected;
    const score = Math.max(most(parts, false), most(parts, true));
    return {
      timeMs: testimony.timeMs,
      alarm,
      score: alarm ? Math.max(1, score) : Math.min(score, 0.999999),
      verdict,
      suspects: alarm ? this.#suspicion.suspects() : [],
      alternatives: alarm ? this.#suspicion.alternatives() : [],
      causes: causesOf(this.#site, testimony, parts),
      sinceMs: alarm ? this.#episode.sinceMs : Number.NaN,
      estimates: estimates.expected,
      sigmas: estimates.sigma,
      trust,
      substituted: [...this.#suspicion.distrusted]
        .filter((i) => !Number.isNaN(estimates.expected[i]!))
        .sort((a, b) => a - b),
      notice: planned.named,
    };
  }

  /** Estimates with distrusted signals left out of the inputs of every witness. */
  #estimates(heard: Heard, water: WaterSays | undefined): Estimates {
    const { testimony, before } = heard;
    const distrusted = this.#suspicion.distrusted;
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
    const distrusted = this.#suspicion.distrusted;
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
    const { first } = this.#suspicion;
    const level = first >= 0 && this.#site.signals[first]!.kind === "level" ? first : -1;
    const z = Float64Array.from(testimony.values, (_, i) => this.#deviations.worst(without ?? testimony.voices, i));
    const leap = level >= 0 ? z[level]! - this.#zBefore[level]! : 0;
    this.#zBefore = z;
    return {
      copied: copied.some((share) => share >= 1),
      disobeys: parts.some((part) => isUnplannedDisobedience(part, planned)),
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
      disobedience: this.#disobedience.state(),
      suspicion: this.#suspicion.state(),
      verdict: this.#verdict.state(),
      estimatesBefore: [...this.#estimatesBefore],
      zBefore: [...this.#zBefore],
      water: this.#water?.state() ?? null,
    };
    return encodeSnapshot(state);
  }

  restore(snapshot: Uint8Array): void {
    const state = decodeSnapshot(snapshot) as SiteJudgeState;
    this.#hearing.restore(state.hearing);
    this.#notices.restore(state.notices);
    this.#episode.restore(state.episode);
    this.#disobedience.restore(state.disobedience);
    this.#suspicion.restore(state.suspicion);
    this.#verdict.restore(state.verdict);
    this.#estimatesBefore = Float64Array.from(state.estimatesBefore);
    this.#zBefore = Float64Array.from(state.zBefore);
    if (state.water) this.#water?.restore(state.water);
  }
}

/** The controls as the plant really runs them, where training has learned them. */
function controlsOf(site: Site, model: Model): readonly LevelControl[] {
  return model.water?.controls ?? (site.behaviour.kind === "epanet" ? site.behaviour.controls : []);
}

/** Control-logic findings about notified elements do not count; the misfit of all, theirs included, counts as theirs. */
function withoutPlanned(water: WaterSays | undefined, planned: Widening): WaterSays | undefined {
  if (!water || planned.factor === undefined) return water;
  const logic = water.report.logic.filter((finding) => !planned.notified.has(finding.signal));
  const misfit = water.report.misfit / planned.misfit;
  return { ...water, report: { ...water.report, logic, misfit } };
}
