/**
 * How each district draws water: by the hour of the week, how far it strays from that, and how long it stays astray.
 */
import { mean, tailedSigma } from "./spread.ts";

export interface DemandSample {
  readonly timeMs: number;
  readonly demands: Float64Array;
}

export interface LearnedDemands {
  readonly profile: number[][];
  readonly profileSigma: number[];
  readonly persistence: number[];
  readonly innovationSigma: number[];
}

const HOUR_MS = 3_600_000;
const HOURS_OF_DAY = 24;
const HOURS_OF_WEEK = 168;
/** An hour's own mean counts as much as this many samples of the coarser mean it is drawn towards. */
const SHRINKAGE = 3;
const PERSISTENCE_MAX = 0.98;
/** Even a district that was constant in training may move by this share of its mean. */
const SIGMA_SHARE_MIN = 0.02;

export function learnDemands(samples: readonly DemandSample[], districts: number, periodMs: number): LearnedDemands {
  const learned = Array.from({ length: districts }, (_, district) => {
    const series = samples.map(({ timeMs, demands }) => ({ timeMs, demand: demands[district]! }));
    return learnDistrict(series, periodMs);
  });
  return {
    profile: learned.map((each) => each.profile),
    profileSigma: learned.map((each) => each.profileSigma),
    persistence: learned.map((each) => each.persistence),
    innovationSigma: learned.map((each) => each.innovationSigma),
  };
}

interface Draw {
  readonly timeMs: number;
  readonly demand: number;
}

function learnDistrict(series: readonly Draw[], periodMs: number) {
  const overall = mean(series.map((draw) => draw.demand));
  const byDay = shrunken(series, HOURS_OF_DAY, () => overall);
  const profile = shrunken(series, HOURS_OF_WEEK, (hour) => byDay[hour % HOURS_OF_DAY]!);
  const floor = SIGMA_SHARE_MIN * Math.abs(overall);
  const strays = series.map((draw) => draw.demand - profile[hourOf(draw.timeMs, HOURS_OF_WEEK)]!);
  const pairs = strays.flatMap((stray, k) => {
    const next = series[k + 1];
    return next !== undefined && next.timeMs - series[k]!.timeMs === periodMs ? [[stray, strays[k + 1]!] as const] : [];
  });
  const power = pairs.reduce((sum, [a]) => sum + a * a, 0);
  const shared = pairs.reduce((sum, [a, b]) => sum + a * b, 0);
  const persistence = power > 0 ? Math.min(PERSISTENCE_MAX, Math.max(0, shared / power)) : 0;
  return {
    profile,
    profileSigma: Math.max(floor, tailedSigma(strays)),
    persistence,
    innovationSigma: Math.max(floor, pairs.length > 0 ? tailedSigma(pairs.map(([a, b]) => b - persistence * a)) : 0),
  };
}

function hourOf(timeMs: number, cycle: number): number {
  return ((Math.floor(timeMs / HOUR_MS) % cycle) + cycle) % cycle;
}

function shrunken(series: readonly Draw[], cycle: number, coarser: (hour: number) => number): number[] {
  const sums = new Float64Array(cycle);
  const counts = new Float64Array(cycle);
  for (const { timeMs, demand } of series) {
    const hour = hourOf(timeMs, cycle);
    sums[hour]! += demand;
    counts[hour]! += 1;
  }
  return Array.from(sums, (sum, hour) => (sum + SHRINKAGE * coarser(hour)) / (counts[hour]! + SHRINKAGE));
}
