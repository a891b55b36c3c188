/** Learns what switching between two rows does to the forecasts of tank levels, from clean rows. */
import { shortened } from "../crossprediction/fit.ts";
import type { SwitchingKind } from "../fusion/switching.ts";
import type { SwitchingDoubt, WaterSays } from "../fusion/water-witness.ts";

/** The share of clean errors that the added spread, times REACH, must cover. */
const SHARE = 0.995;
const REACH = 4;

/** @param says what the twin said of each clean row, with no doubt added; undefined where it was not asked */
export function learnSwitching(
  rows: readonly { readonly values: Float64Array }[],
  says: readonly (WaterSays | undefined)[],
  signals: number,
): SwitchingDoubt {
  const doubt = (kind: SwitchingKind) =>
    Array.from({ length: signals }, (_, signal) => {
      const errors: number[] = [];
      says.forEach((said, row) => {
        if (said?.switching[signal] !== kind) return;
        const error = Math.abs(rows[row]!.values[signal]! - said.voices[1]!.expected[signal]!);
        if (!Number.isNaN(error)) errors.push(error);
      });
      errors.sort((left, right) => left - right);
      return errors.length === 0 ? 0 : shortened(errors[Math.floor(SHARE * (errors.length - 1))]! / REACH);
    });
  return { other: doubt("other"), own: doubt("own") };
}

/** The same sayings with the learned doubt: what the judge will hear. */
export function withDoubt(said: WaterSays, values: Float64Array, doubt: SwitchingDoubt): WaterSays {
  const [hydraulics, balance] = said.voices;
  if (!hydraulics || !balance) return said;
  const sigma = balance.sigma.map((value, i) => {
    const kind = said.switching[i];
    return kind === "other" || kind === "own" ? Math.hypot(value, doubt[kind][i]!) : value;
  });
  const z = sigma.map((value, i) => (values[i]! - balance.expected[i]!) / value);
  return { ...said, voices: [hydraulics, { ...balance, sigma, z }] };
}
