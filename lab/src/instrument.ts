/**
 * An instrument: what it shows when the truth is a given value.
 *
 * It lags (first order), is off by a fixed calibration error and by noise, and shows a multiple of
 * its resolution. All of it stays within the stated accuracy about 99 % of the time, as the data
 * sheet promises.
 *
 * Invariant: every call draws the same amount of chance, whatever the truth, so that two runs that
 * differ in one lie differ in nothing else.
 */
import type { Chance } from "@twinward/kernel";
import type { LabSignal } from "./lab-site.ts";

const NOISE_SHARE = 0.25;
const BIAS_SHARE = 0.2;
const LAG_MS: Readonly<Record<LabSignal["kind"], number>> = {
  level: 90_000,
  flow: 20_000,
  pressure: 5_000,
  status: 0,
  other: 0,
};
/** A flow meter shows nothing below this share of its accuracy: low-flow cut-off. */
const CUT_OFF_SHARE = 0.1;

export class Instrument {
  readonly #signal: LabSignal;
  readonly #chance: Chance;
  readonly #bias: number;
  readonly #follow: number;
  #settled: number | undefined;

  /** @param stepMs time between two calls of `measure`, milliseconds */
  constructor(signal: LabSignal, chance: Chance, stepMs: number) {
    this.#signal = signal;
    this.#chance = chance;
    this.#bias = BIAS_SHARE * signal.accuracy * (2 * chance.uniform() - 1);
    const lagMs = LAG_MS[signal.kind];
    this.#follow = lagMs === 0 ? 1 : 1 - Math.exp(-stepMs / lagMs);
  }

  measure(truth: number): number {
    const { kind, accuracy, resolution } = this.#signal;
    const noise = NOISE_SHARE * accuracy * this.#chance.normal();
    const before = this.#settled ?? truth;
    this.#settled = before + this.#follow * (truth - before);
    if (kind === "status") return truth;
    if (kind === "flow" && Math.abs(this.#settled) < CUT_OFF_SHARE * accuracy) return 0;
    return quantise(this.#settled + this.#bias + noise, resolution);
  }
}

/** The nearest multiple of `resolution`, without the digits binary fractions add (for resolutions of 1/n). */
export function quantise(value: number, resolution: number): number {
  if (resolution <= 0) return value;
  // Dividing by 100 instead of multiplying by 0.01 gives the decimal a person would write.
  const parts = Math.round(1 / resolution);
  return parts > 1 ? Math.round(value * parts) / parts : Math.round(value / resolution) * resolution;
}
