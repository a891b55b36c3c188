/** One test of the trial: what it counts, how often in each profile, and in how many parts it can be cut. */
import type { Outcome, TrialOrder } from "./outcome.ts";

export const PROFILES = ["smoke", "quick", "full"] as const;
export type Profile = (typeof PROFILES)[number];

export interface TrialTest {
  /** As in the trial's design: `T3`, with a word where one number has several tests. */
  readonly id: string;
  readonly title: string;
  /** What is counted, e.g. kills. 0 means that the profile leaves the test out. */
  readonly counts: Readonly<Record<Profile, number>>;
  /** Most of them in one part; parts are what shards are made of and what a resumed run skips. */
  readonly partMax: number;
  run(order: TrialOrder): Promise<Outcome>;
}

export interface TrialPart {
  /** Names the part in the state file. */
  readonly id: string;
  readonly test: TrialTest;
  readonly seed: number;
  readonly count: number;
}

/** The parts of a profile, in order. */
export function partsOf(tests: readonly TrialTest[], profile: Profile, seed: number): TrialPart[] {
  return tests.flatMap((test) => {
    const total = test.counts[profile];
    const parts = Math.ceil(total / test.partMax);
    return Array.from({ length: parts }, (_, p) => ({
      id: `${test.id}#${p}`,
      test,
      seed: partSeed(seed, `${test.id}#${p}`),
      count: Math.min(test.partMax, total - p * test.partMax),
    }));
  });
}

/** Different for each part, the same for the same words (FNV-1a). */
function partSeed(seed: number, id: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const byte of Buffer.from(id)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
