/**
 * One line of an alarm file: `time,alarm,score,signals,verdict`. `detect` and `replay` both write it here, so that the
 * same judgement is the same bytes.
 */
import type { Judgement } from "@twinward/detection";

export const ALARM_HEADER = "time,alarm,score,signals,verdict";

const SCORE_DIGITS = 6;

export type AlarmFacts = Pick<Judgement, "alarm" | "score" | "verdict"> & { readonly suspects: readonly string[] };

/** `timeText` is the time as it was read. */
export function alarmLine(timeText: string, facts: AlarmFacts): string {
  const score = Number(facts.score.toPrecision(SCORE_DIGITS));
  return `${timeText},${facts.alarm ? 1 : 0},${score},${facts.suspects.join(";")},${facts.verdict}`;
}

export function alarmFacts(judgement: Judgement): AlarmFacts {
  const { alarm, score, verdict, suspects } = judgement;
  return { alarm, score, verdict, suspects: suspects.map((suspect) => suspect.signal) };
}
