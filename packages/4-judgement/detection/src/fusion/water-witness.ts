/**
 * The water twin as a witness: turns its expectations into voices of the judge.
 *
 * Distrusted signals are kept out of the twin by its `trusted` mask, so a lie never enters its state. `ask` tries a
 * hypothesis and forgets it; `commit` moves the twin on, once per row.
 */
import type { Site } from "@twinward/plant";
import { type WaterExpectation, type WaterParameters, WaterTwin } from "@twinward/physics";
import { type LogicFinding, type Voice, voiceOf, type WaterReport } from "./testimony.ts";

export interface WaterSays {
  readonly voices: readonly Voice[];
  readonly report: WaterReport;
}

export class WaterWitness {
  readonly #twin: WaterTwin;
  readonly #site: Site;
  readonly #floor: Float64Array;
  readonly #levelOf: ReadonlyMap<string, number>;
  readonly #isLevel: readonly boolean[];

  private constructor(twin: WaterTwin, site: Site, floor: Float64Array) {
    this.#twin = twin;
    this.#site = site;
    this.#floor = floor;
    this.#isLevel = site.signals.map((signal) => signal.kind === "level");
    this.#levelOf = new Map(site.signals.flatMap((s) => (s.kind === "level" ? [[s.element, s.number] as const] : [])));
  }

  static async open(site: Site, parameters: WaterParameters, floor: Float64Array): Promise<WaterWitness> {
    return new WaterWitness(await WaterTwin.open(site, parameters), site, floor);
  }

  /** What the twin would say with these signals believed, and with the speed of these pumps left open. */
  ask(timeMs: number, values: Float64Array, trusted: Uint8Array, freeSpeeds: readonly string[] = []): WaterSays {
    return this.#says(values, this.#twin.assess(timeMs, values, trusted, { freeSpeeds }));
  }

  commit(timeMs: number, values: Float64Array, trusted: Uint8Array): WaterSays {
    return this.#says(values, this.#twin.step(timeMs, values, trusted));
  }

  snapshot(): Uint8Array {
    return this.#twin.snapshot();
  }

  restore(bytes: Uint8Array): void {
    this.#twin.restore(bytes);
  }

  #says(values: Float64Array, seen: WaterExpectation): WaterSays {
    const without = seen.withoutSelf;
    const hydraulics = voiceOf("hydraulics", values, this.#unlessStatus(without.expected), without.sigma, this.#floor);
    const levels = seen.forecast.expected.map((value, i) => (this.#isLevel[i] && seen.warm ? value : Number.NaN));
    const balance = voiceOf("mass-balance", values, levels, seen.forecast.sigma, this.#floor);
    return { voices: [hydraulics, balance], report: this.#report(seen) };
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
    const logic = seen.logic.map((violation): LogicFinding => ({
      signal: violation.signal,
      level: this.#levelOf.get(violation.tank) ?? -1,
      kind: violation.kind,
      measured: violation.measured,
      expected: violation.expected,
      deviation: violation.deviation,
    }));
    return { logic, misfit: seen.chiSquare / Math.max(1, seen.freedom), chiSquare: seen.chiSquare, demandZ };
  }
}
