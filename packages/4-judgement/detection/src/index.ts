/** What looks false, and which sensor is suspect. */
export { createJudge } from "./fusion/create-judge.ts";
export type { Cause, Judge, Judgement, Row, Suspect, Verdict } from "./judge.ts";
export { StreamChecks, STREAM_FLAGS } from "./streams/stream-checks.ts";
export { loadModel, type Model, modelDigest, saveModel } from "./train/model.ts";
export { type LabelledRow, type RowSource, type TrainOptions, train } from "./train/train.ts";
