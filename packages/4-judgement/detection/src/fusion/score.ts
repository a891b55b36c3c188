/**
 * The score of a row: the largest share of a frozen limit that any statistic reaches.
 *
 * Invariant: a score of 1 or more means that at least one statistic is rarer on clean data than the stated
 * false-alarm rate; the parts say which.
 */
import type { VoiceStatistics } from "./statistics.ts";
import { type Testimony, VOICES, type VoiceName } from "./testimony.ts";

export interface VoiceLimits {
  readonly sum: number;
  readonly sumSlow: number;
  /** Per signal; Infinity is stored as 0 and means "no limit". */
  readonly signal: readonly number[];
  readonly slow: readonly (readonly number[])[];
}

export interface Limits {
  readonly voices: { readonly [name in VoiceName]?: VoiceLimits };
  /** Misfit of the hydraulic state; 0 without physics. */
  readonly misfit: number;
  /** Deviation of a contradiction of the control logic, per kind; missing kinds take LOGIC_DEFAULT. */
  readonly logic: { readonly [kind: string]: number };
}

export const LOGIC_DEFAULT = 4;

export interface Part {
  /** A statistic, e.g. `cross-prediction sum`. */
  readonly name: string;
  readonly ratio: number;
  /** Signal number, or -1 when it speaks of the whole row. */
  readonly signal: number;
  /** Slow parts remember; they may raise an alarm but say little about its end. */
  readonly slow: boolean;
}

/** The parts of a row's score, largest first; at most one per statistic. */
export function scoreParts(
  testimony: Testimony,
  statistics: ReadonlyMap<VoiceName, VoiceStatistics>,
  limits: Limits,
): Part[] {
  const parts: Part[] = [];
  for (const name of VOICES) {
    const seen = statistics.get(name);
    const limit = limits.voices[name];
    if (seen && limit) parts.push(...voiceParts(name, seen, limit));
  }
  parts.push(...waterParts(testimony, limits), ...repeatParts(testimony), ...limitParts(testimony));
  return parts.sort((left, right) => right.ratio - left.ratio);
}

function voiceParts(name: VoiceName, seen: VoiceStatistics, limit: VoiceLimits): Part[] {
  const parts = [
    { name: `${name} sum`, ratio: share(seen.sum, limit.sum), signal: -1, slow: false },
    { name: `${name} sum slow`, ratio: share(seen.sumSlow, limit.sumSlow), signal: -1, slow: true },
    { ...largest(seen.signal, limit.signal), name: `${name} signal`, slow: false },
  ];
  seen.slow.forEach((means, which) => {
    parts.push({ ...largest(means, limit.slow[which]!), name: `${name} slow ${which}`, slow: true });
  });
  return parts;
}

function largest(values: Float64Array, limits: readonly number[]): { ratio: number; signal: number } {
  const best = { ratio: 0, signal: -1 };
  for (let i = 0; i < values.length; i++) {
    const ratio = share(values[i]!, limits[i]!);
    if (ratio > best.ratio) Object.assign(best, { ratio, signal: i });
  }
  return best;
}

function share(value: number, limit: number): number {
  return limit > 0 && value > 0 ? value / limit : 0;
}

function waterParts(testimony: Testimony, limits: Limits): Part[] {
  const { water } = testimony;
  if (!water) return [];
  const parts: Part[] = [
    { name: "hydraulics misfit", ratio: share(water.misfit, limits.misfit), signal: -1, slow: false },
  ];
  for (const finding of water.logic) {
    const ratio = finding.deviation / (limits.logic[finding.kind] ?? LOGIC_DEFAULT);
    parts.push({ name: `control-logic ${finding.kind}`, ratio, signal: finding.signal, slow: false });
  }
  return parts;
}

function repeatParts(testimony: Testimony): Part[] {
  const { copied, frozen } = testimony.repeats;
  const ones = new Array<number>(copied.length).fill(1);
  return [
    { ...largest(copied, ones), name: "copied", slow: false },
    { ...largest(frozen, ones), name: "frozen", slow: false },
  ];
}

function limitParts(testimony: Testimony): Part[] {
  return testimony.limits.length > 0 ? [{ name: "limits", ratio: 1, signal: -1, slow: false }] : [];
}
