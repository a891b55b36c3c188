/**
 * The best estimate of each signal without believing its own measurement, from the voices that can say.
 *
 * The voice with the smaller stated spread speaks; voices share inputs, so averaging them would promise too much.
 */
import type { Site } from "@twinward/plant";
import type { Voice } from "./testimony.ts";

export interface Estimates {
  readonly expected: Float64Array;
  readonly sigma: Float64Array;
}

export function bestEstimates(voices: readonly Voice[], signals: number): Estimates {
  const expected = new Float64Array(signals).fill(Number.NaN);
  const sigma = new Float64Array(signals).fill(Number.NaN);
  for (const voice of voices) {
    for (let i = 0; i < signals; i++) {
      if (Number.isNaN(voice.expected[i]!) || Number.isNaN(voice.sigma[i]!)) continue;
      if (Number.isNaN(sigma[i]!) || voice.sigma[i]! < sigma[i]!) {
        expected[i] = voice.expected[i]!;
        sigma[i] = voice.sigma[i]!;
      }
    }
  }
  return { expected, sigma };
}

/** No estimate lies outside what the instrument could show. */
export function withinLimits(site: Site, estimates: Estimates): Estimates {
  const expected = Float64Array.from(site.signals, ({ number, minimum, maximum }) =>
    Math.min(maximum, Math.max(minimum, estimates.expected[number]!)),
  );
  return { ...estimates, expected };
}
