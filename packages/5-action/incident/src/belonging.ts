/**
 * Which incident does an alarmed row belong to? The one whose suspects it shares, or whose suspects are related to its
 * own; with several, the one that has gathered the most evidence against them.
 */
import type { Judgement } from "@twinward/detection";
import { type Case, suspectsOf } from "./case.ts";
import type { Relation } from "./relation.ts";

/** Suspects of a row with less of its evidence do not decide which incident it joins. */
export const SUSPECT_WEIGHT_MIN = 0.15;
/** Nor do suspects of an incident with a smaller share of all its evidence. */
export const SUSPECT_SHARE_MIN = 0.1;

/** The suspects that matter, most suspected first; at least the first one. */
export function significant(judgement: Judgement): string[] {
  const [first, ...rest] = judgement.suspects;
  if (first === undefined) return [];
  return [first, ...rest.filter(({ weight }) => weight >= SUSPECT_WEIGHT_MIN)].map(({ signal }) => signal);
}

/** Active incidents of the process, oldest first. */
export function activeCases(cases: readonly Case[]): Case[] {
  return cases.filter((held) => held.active && held.origin === "process");
}

/** With nobody named: the newest active incident. */
export function activeCaseFor(
  cases: readonly Case[],
  suspects: readonly string[],
  relation: Relation,
): Case | undefined {
  const active = activeCases(cases);
  if (suspects.length === 0) return active.at(-1);
  let best: Case | undefined;
  let bestShare = 0;
  for (const held of active) {
    const share = sharedEvidence(held, suspects, relation);
    if (share > bestShare) [best, bestShare] = [held, share];
  }
  return best;
}

function sharedEvidence(held: Case, suspects: readonly string[], relation: Relation): number {
  return suspectsOf(held, relation)
    .filter((known) => known.share >= SUSPECT_SHARE_MIN)
    .filter((known) => suspects.some((suspect) => relation.areRelated(suspect, known.signal)))
    .reduce((sum, known) => sum + known.share, 0);
}
