/**
 * The water twin as a witness: turns its expectations into voices of the judge.
 *
 * Distrusted signals are kept out of the twin by its `trusted` mask, so a lie never enters its state. `ask` tries a
 * hypothesis and forgets it; `commit` moves the twin on, once per row.
 */

import { type WaterExpectation, type WaterParameters, WaterTwin } from "@twinward/physics";
import type { Site } from "@twinward/plant";
import { spreadOf } from "./possible-range.ts";
import { Switching, type SwitchingKind } from "./switching.ts";
import { type LogicFinding, type Voice, voiceOf, type WaterReport } from "./testimony.ts";

export interface WaterSays {
  readonly voices: readonly Voice[];
  readonly report: WaterReport;
  /** Per signal, for levels: what may have switched since the row before. */
  readonly switching: readonly (SwitchingKind | undefined)[];
}

export interface WaterQuestion {
  readonly timeMs: number;
  readonly values: Float64Array;
  /** 1 for each signal that may be believed. */
  readonly trusted: Uint8Array;
  /** Pumps (element ids) whose speed is left open. */
  readonly freeSpeeds?: readonly string[];
  /** Values of the row before, as measured. */
  readonly before: Float64Array | undefined;
}

/** What switching adds to the spread of a level forecast, per signal, in the signal's unit. */
export interface SwitchingDoubt {
  readonly other: readonly number[];
  readonly own: readonly number[];
}

export class WaterWitness {
  readonly #twin: WaterTwin;
  readonly #site: Site;
  readonly #floor: Float64Array;
  readonly #doubt: SwitchingDoubt;
  readonly #switching: Switching;
  readonly #levelOf: ReadonlyMap<string, number>;
  readonly #isLevel: readonly boolean[];

  private constructor(twin: WaterTwin, site: Site, floor: Float64Array, doubt: SwitchingDoubt) {
    this.#twin = twin;
    this.#doubt = doubt;
    this.#switching = new Switching(site);
    this.#site = site;
    this.#floor = floor;
    this.#isLevel = site.signals.map((signal) => signal.kind === "level");
    this.#levelOf = new Map(site.signals.flatMap((s) => (s.kind === "level" ? [[s.element, s.number] as const] : [])));
  }

  static async open(
    site: Site,
    parameters: WaterParameters,
    floor: Float64Array,
    doubt: SwitchingDoubt,
  ): Promise<WaterWitness> {
    return new WaterWitness(await WaterTwin.open(site, parameters), site, floor, doubt);
  }

  /** What the twin would say with these signals believed, and with the speed of these pumps left open. */
  ask(question: WaterQuestion): WaterSays {
    const { timeMs, values, trusted, freeSpeeds = [] } = question;
    return this.#says(question, this.#twin.assess(timeMs, values, trusted, { freeSpeeds }));
  }

  commit(question: WaterQuestion): WaterSays {
    const { timeMs, values, trusted, freeSpeeds = [] } = question;
    return this.#says(question, this.#twin.step(timeMs, values, trusted, { freeSpeeds }));
  }

  snapshot(): Uint8Array {
    return this.#twin.snapshot();
  }

  restore(bytes: Uint8Array): void {
    this.#twin.restore(bytes);
  }

  #says({ values, before }: WaterQuestion, seen: WaterExpectation): WaterSays {
    const without = seen.withoutSelf;
    const forecast = seen.forecast.expected;
    const doubted = without.sigma.map((value, i) => spreadOf(without.expected[i]!, value, this.#site.signals[i]!));
    const hydraulics = voiceOf("hydraulics", values, this.#unlessStatus(without.expected), doubted, this.#floor);
    const row = { values, before, forecast };
    const switching = this.#isLevel.map((isLevel, i) => (isLevel ? this.#switching.kindOf(i, row) : undefined));
    const levels = forecast.map((value, i) => (this.#isLevel[i] && seen.warm ? value : Number.NaN));
    const sigma = seen.forecast.sigma.map((value, i) => Math.hypot(value, this.#doubtOf(i, switching[i])));
    const balance = voiceOf("mass-balance", values, levels, sigma, this.#floor);
    return { voices: [hydraulics, balance], report: this.#report(seen), switching };
  }

  #doubtOf(signal: number, kind: SwitchingKind | undefined): number {
    return kind === "other" || kind === "own" ? this.#doubt[kind][signal]! : 0;
  }

  #unlessStatus(expected: Float64Array): Float64Array {
    return expected.map((value, i) => (this.#site.signals[i]!.kind === "status" ? Number.NaN : value));
  }

  #report(seen: WaterExpectation): WaterReport {
    let demandZ = 0;
    seen.demands.forEach((demand, district) => {
      const z = Math.abs(demand - seen.demandPriors[district]!) / seen.demandPriorSigmas[district]!;
      if (z > demandZ) demandZ = z;
    });
    const logic = seen.logic.map(
      (violation): LogicFinding => ({
        signal: violation.signal,
        level: this.#levelOf.get(violation.tank) ?? -1,
        kind: violation.kind,
        measured: violation.measured,
        expected: violation.expected,
        deviation: violation.deviation,
      }),
    );
    return { logic, misfit: seen.chiSquare / Math.max(1, seen.freedom), chiSquare: seen.chiSquare, demandZ };
  }
}
