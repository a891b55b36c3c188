/** Does an accused level still stand accused, or does somebody vouch for it? */
import { bestEstimates } from "../fusion/best-estimate.ts";
import type { Testimony, Voice } from "../fusion/testimony.ts";

const OPEN_LOOP_Z = 6;
const VOUCH_SIGMAS = 4;
const VOUCH_Z = 2;

/** How far a level lies from the twin that has run without it since it was accused; that twin knows its own doubt. */
export function openLoopShare(without: readonly Voice[], level: number): number {
  const z = Math.abs(without.find((voice) => voice.name === "hydraulics")?.z[level] ?? Number.NaN);
  return Number.isNaN(z) ? 0 : z / OPEN_LOOP_Z;
}

/**
 * A row that is calm as measured speaks for an accused signal when a voice agrees with it that would have seen the
 * deviation it is accused of: then the twin that runs without it has gone astray, not the signal.
 */
export function isVouched(signal: number, testimony: Testimony, without: readonly Voice[]): boolean {
  const estimate = bestEstimates(without, testimony.values.length).expected[signal]!;
  const accused = Math.abs(testimony.values[signal]! - estimate);
  return testimony.voices.some((voice) => {
    if (voice.name === "mass-balance") return false;
    return accused > VOUCH_SIGMAS * voice.sigma[signal]! && Math.abs(voice.z[signal]!) < VOUCH_Z;
  });
}
