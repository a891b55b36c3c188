/** One run of the twin over clean rows, keeping what the lessons need. */
import type { Site } from "@twinward/plant";
import type { WaterExpectation } from "./expectation.ts";
import type { CleanRow } from "./learn-controls.ts";
import type { DemandSample } from "./learn-demands.ts";
import type { WaterNetwork } from "./network.ts";
import type { WaterParameters } from "./parameters.ts";
import { quantile } from "./spread.ts";
import { assembleModel } from "./water-model.ts";
import { WaterTwin } from "./water-twin.ts";

export class Pass {
  readonly demands: DemandSample[] = [];
  /** Per signal: measured − fitted, the fitted value, and the standard deviation the twin gave. */
  readonly residuals: { readonly residual: number; readonly fitted: number; readonly sigma: number }[][];
  /** Per signal (levels): measured − forecast over one sample in which no actuator switched; NaN for the others. */
  readonly levelErrors: number[][];
  /** Values of each row, in step with `levelErrors` of a signal that is never missing. */
  readonly states: Float64Array[] = [];
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
    this.residuals = site.signals.map(() => []);
    this.levelErrors = site.signals.map(() => []);
  }

  note(row: CleanRow, seen: WaterExpectation, quiet: boolean): void {
    this.states.push(row.values);
    this.demands.push({ timeMs: row.timeMs, demands: seen.demands });
    for (const { number, kind } of this.#site.signals) {
      const measured = row.values[number]!;
      const fitted = seen.hydraulics.expected[number]!;
      const sigma = seen.hydraulics.sigma[number]!;
      if (kind === "level") {
        this.levelErrors[number]!.push(quiet ? measured - seen.forecast.expected[number]! : Number.NaN);
      }
      if (Number.isNaN(measured - fitted)) continue;
      if (kind === "flow" || kind === "pressure")
        this.residuals[number]!.push({ residual: measured - fitted, fitted, sigma });
    }
  }

  /** Median size of the level errors, each in units of the smallest that tells, summed over tanks. */
  levelMiss(): number {
    return this.levelErrors.reduce((sum, errors) => {
      const miss = quantile(errors.map(Math.abs), 0.5);
      return Number.isNaN(miss) ? sum : sum + miss;
    }, 0);
  }
}

/** Everything trusted, from a cold start at each stretch. */
export function runPass(
  site: Site,
  network: WaterNetwork,
  parameters: WaterParameters,
  stretches: readonly (readonly CleanRow[])[],
): Pass {
  const pass = new Pass(site);
  const trusted = new Uint8Array(site.signals.length).fill(1);
  const model = assembleModel(site, network, parameters);
  for (const rows of stretches) {
    const twin = new WaterTwin(model);
    let before: CleanRow | undefined;
    for (const row of rows) {
      const seen = twin.step(row.timeMs, row.values, trusted);
      const quiet = before !== undefined && seen.warm && isQuiet(site, before, row, seen, parameters.samplePeriodMs);
      pass.note(row, seen, quiet);
      before = row;
    }
  }
  return pass;
}

function isQuiet(site: Site, before: CleanRow, row: CleanRow, seen: WaterExpectation, periodMs: number): boolean {
  if (row.timeMs - before.timeMs !== periodMs) return false;
  return site.signals.every(({ number, kind }) => {
    if (kind !== "status") return true;
    const same = before.values[number] === row.values[number];
    return same && seen.forecast.expected[number] === row.values[number];
  });
}
