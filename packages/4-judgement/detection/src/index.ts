/** What looks false, and which sensor is suspect. */
export type { Cause, Judge, Judgement, Row, Suspect, Verdict } from "./judge.ts";
