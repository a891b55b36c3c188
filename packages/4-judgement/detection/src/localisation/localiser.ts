/**
 * Localisation: which signals, if they were lying, would explain the row?
 *
 * Greedy, one culprit at a time: for each candidate the drop of the total deviation when it is left out, by each
 * witness that can say; the best candidate joins the distrusted set and the question is asked again of what remains.
 * A runner-up that would have explained nearly as much is kept as an alternative, because a framing attack makes the
 * honest meter look guilty.
 */
import type { Signal, Site } from "@twinward/plant";
import type { CrossPrediction, Predicted } from "../crossprediction/cross-prediction.ts";
import type { LogicFinding, Testimony, Voice } from "../fusion/testimony.ts";
import type { WaterSays } from "../fusion/water-witness.ts";
import { type CrossRow, crossCost, replaced, softSquare } from "./cross-exclusion.ts";
import type { Deviations } from "./deviations.ts";

export interface Culprit {
  readonly signal: number;
  /** Drop of softened squared deviations when the signal is left out. */
  readonly gain: number;
  /** An actuator that does not do what its status says, rather than a false measurement. */
  readonly actuator: boolean;
}

export interface Localised {
  readonly culprits: readonly Culprit[];
  /** Gain of each signal at the first question, by signal number. */
  readonly gains: Float64Array;
  /** Sets of equal size that explain nearly as much. */
  readonly alternatives: readonly (readonly number[])[];
}

/** Least drop that makes a signal a culprit. */
const GAIN_MIN = 30;
/** The next culprit must explain at least this share of what the first one did. */
const GAIN_SHARE_MIN = 0.15;
/** Leaving a signal out can explain at most this multiple of what it deviates itself, beyond what is usual. */
const OWN_MULTIPLE = 2;
const OWN_CLEAN = softSquare(2.5);
const STATUS_GAIN_MAX = 200;
/** Only a signal that deviates this much as measured can be accused: leaving others out may make anybody look odd. */
const ELIGIBLE_Z = 3;
/** A runner-up this close to the winner is an alternative. */
const ALTERNATIVE_SHARE = 0.8;
export const CULPRITS_MAX = 6;

export interface LocaliseRow {
  readonly testimony: Testimony;
  /** This row and the one before with missing values filled. */
  readonly now: Float64Array;
  readonly before: Float64Array;
  /** A state never seen in training, of which cross-prediction knows nothing. */
  readonly unheardOf: boolean;
  /** Signals distrusted already, with the values that stand in for them now and one row ago. */
  readonly distrusted: ReadonlySet<number>;
  readonly standIn: Float64Array;
  readonly standInBefore: Float64Array;
  /** Asks the water twin with these signals distrusted. */
  readonly ask: ((distrusted: ReadonlySet<number>, freeSpeeds?: readonly string[]) => WaterSays) | undefined;
}

export class Localiser {
  readonly #site: Site;
  readonly #cross: CrossPrediction;
  readonly #floor: Float64Array;
  readonly #deviations: Deviations;

  constructor(site: Site, cross: CrossPrediction, floor: Float64Array, deviations: Deviations) {
    this.#site = site;
    this.#cross = cross;
    this.#floor = floor;
    this.#deviations = deviations;
  }

  /** Gains of all signals, and the culprits to add to the distrusted set. */
  localise(row: LocaliseRow): Localised {
    const excluded = new Set(row.distrusted);
    let crossRow = this.#crossRow(row);
    let water: WaterSays | undefined;
    if (row.ask) water = row.ask(excluded);
    const culprits: Culprit[] = [];
    let first: Float64Array | undefined;
    const alternatives: number[][] = [];
    while (culprits.length < CULPRITS_MAX) {
      const gains = this.#gains(row, crossRow, water, excluded);
      first ??= gains;
      const best = largest(gains);
      const gain = gains[best] ?? 0;
      if (gain < Math.max(GAIN_MIN, GAIN_SHARE_MIN * (culprits[0]?.gain ?? 0))) break;
      const actuator = this.#actuatorInstead(row, water, excluded, best);
      alternatives.push(...rivals(gains, best, gain).map((rival) => [...culprits.map((c) => c.signal), rival]));
      culprits.push(actuator ?? { signal: best, gain, actuator: false });
      excluded.add(best);
      crossRow = replaced(crossRow, best, row.standIn[best]!, row.standInBefore[best]!);
      if (row.ask) water = row.ask(excluded, actuator ? [this.#site.signals[actuator.signal]!.element] : []);
    }
    return {
      culprits,
      gains: first ?? new Float64Array(this.#site.signals.length),
      alternatives: sameSize(alternatives, culprits.length),
    };
  }

  #crossRow(row: LocaliseRow): CrossRow {
    let crossRow: CrossRow = { now: row.now, before: row.before, floor: this.#floor, deviations: this.#deviations };
    for (const signal of row.distrusted) {
      crossRow = replaced(crossRow, signal, row.standIn[signal]!, row.standInBefore[signal]!);
    }
    return crossRow;
  }

  #gains(
    { testimony, unheardOf }: LocaliseRow,
    crossRow: CrossRow,
    water: WaterSays | undefined,
    excluded: ReadonlySet<number>,
  ): Float64Array {
    const gains = unheardOf
      ? new Float64Array(this.#site.signals.length)
      : this.#crossGains(testimony, crossRow, excluded);
    for (const voice of water?.voices ?? []) this.#addVoice(gains, voice, excluded);
    this.#site.signals.forEach(({ kind, number }) => {
      const own = Math.abs(this.#deviations.worst(testimony.voices, number));
      if (kind !== "status" && !(own >= ELIGIBLE_Z)) gains[number] = 0;
    });
    for (const finding of water?.report.logic ?? []) addLogic(gains, finding, excluded);
    return gains;
  }

  #crossGains(testimony: Testimony, crossRow: CrossRow, excluded: ReadonlySet<number>): Float64Array {
    const gains = new Float64Array(this.#site.signals.length);
    const cost = crossCost(this.#cross, crossRow, excluded);
    const cross = this.#cross.predict(crossRow.now, crossRow.before);
    for (const signal of this.#site.signals) {
      const { number } = signal;
      if (excluded.has(number) || Number.isNaN(testimony.values[number]!)) continue;
      const instead = signal.kind === "status" ? 1 - crossRow.now[number]! : cross.expected[number]!;
      if (Number.isNaN(instead)) continue;
      const without = new Set([...excluded, number]);
      const drop = cost - crossCost(this.#cross, replaced(crossRow, number, instead, instead), without);
      gains[number] = Math.max(0, Math.min(drop, this.#ownShare(signal, crossRow, cross)));
    }
    return gains;
  }

  #addVoice(gains: Float64Array, voice: Voice, excluded: ReadonlySet<number>): void {
    for (let i = 0; i < gains.length; i++) {
      const z = this.#deviations.of(voice, i);
      if (!excluded.has(i) && !Number.isNaN(z)) gains[i]! += Math.max(0, physicalSquare(z) - PHYSICAL_CLEAN);
    }
  }

  /** A signal that agrees with its own prediction is no culprit, however much leaving it out happens to smooth. */
  #ownShare({ kind, number }: Signal, row: CrossRow, cross: Predicted): number {
    if (kind === "status") return STATUS_GAIN_MAX;
    const factor = this.#deviations.factor("cross-prediction", number);
    const z =
      (factor * (row.now[number]! - cross.expected[number]!)) / Math.hypot(cross.sigma[number]!, this.#floor[number]!);
    return OWN_MULTIPLE * Math.max(0, softSquare(z) - OWN_CLEAN);
  }

  /** The pump whose unknown speed explains the hydraulics better than leaving out `best` does. */
  #actuatorInstead(
    row: LocaliseRow,
    water: WaterSays | undefined,
    excluded: ReadonlySet<number>,
    best: number,
  ): Culprit | undefined {
    const { ask } = row;
    const element = this.#site.signals[best]!.element;
    const status = this.#site.signals.find((signal) => signal.kind === "status" && signal.element === element);
    if (!ask || !water || !status || row.testimony.values[status.number] !== 1) return undefined;
    const free = water.report.chiSquare - ask(excluded, [element]).report.chiSquare;
    const without = water.report.chiSquare - ask(new Set([...excluded, best])).report.chiSquare;
    if (!(free > GAIN_MIN && free > without)) return undefined;
    return { signal: status.number, gain: softSquare(Math.sqrt(free)), actuator: true };
  }
}

/** Physics is trusted further into its tails than statistics before its word is softened. */
function physicalSquare(z: number): number {
  return PHYSICAL_SOFTNESS * Math.log1p((z * z) / PHYSICAL_SOFTNESS);
}

const PHYSICAL_SOFTNESS = 64;
const PHYSICAL_CLEAN = physicalSquare(2.5);

/** A contradiction accuses the actuator first; the level that decides is accused as much only if it deviates itself. */
function addLogic(gains: Float64Array, finding: LogicFinding, excluded: ReadonlySet<number>): void {
  if (excluded.has(finding.signal) || excluded.has(finding.level)) return;
  const weight = softSquare(Math.min(20, finding.deviation));
  gains[finding.signal]! += weight;
  if (finding.level >= 0 && gains[finding.level]! > 0) gains[finding.level]! += weight;
}

function largest(gains: Float64Array): number {
  let best = 0;
  for (let i = 1; i < gains.length; i++) if (gains[i]! > gains[best]!) best = i;
  return best;
}

function rivals(gains: Float64Array, best: number, gain: number): number[] {
  return [...gains.keys()].filter((i) => i !== best && gains[i]! >= ALTERNATIVE_SHARE * gain);
}

function sameSize(alternatives: readonly number[][], size: number): number[][] {
  return alternatives.filter((set) => set.length <= size).slice(0, 5);
}
