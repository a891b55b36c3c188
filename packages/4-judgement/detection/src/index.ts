/** What looks false, and which sensor is suspect. */
export {
  type Aligned,
  type AlignedRow,
  type AlignerInput,
  type DoorEvent,
  type DoorEventKind,
  type FrameInput,
  type LateReading,
  NO_READING,
} from "./align/aligned.ts";
export { Aligner } from "./align/aligner.ts";
export { decodeJson, encodeJson } from "./align/stable-json.ts";
export { type FollowerOptions, type FollowGroup, LogFollower } from "./follow.ts";
export {
  judgementDraft,
  type LateFinding,
  lateDraft,
  type StoredJudgement,
  storedForm,
  storedJudgementOf,
} from "./follow-judgement.ts";
export type { Downstream } from "./follow-pipeline.ts";
export { type Recomputation, type RecomputeMismatch, type RecomputeOptions, recompute } from "./follow-recompute.ts";
export { createJudge } from "./fusion/create-judge.ts";
export type { Cause, Judge, Judgement, Row, Suspect, Verdict } from "./judge.ts";
export { STREAM_FLAGS, StreamChecks } from "./streams/stream-checks.ts";
export { loadModel, type ModelRefusal } from "./train/load-model.ts";
export { type Model, modelDigest, saveModel } from "./train/model.ts";
export { type LabelledRow, type RowSource, type TimedValues, type TrainOptions, train } from "./train/train.ts";
export { untrainedModel } from "./train/untrained-model.ts";
