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
export { type Downstream, type FollowerOptions, type FollowGroup, type LateFinding, LogFollower } from "./follow.ts";
export { createJudge } from "./fusion/create-judge.ts";
export type { Cause, Judge, Judgement, Row, Suspect, Verdict } from "./judge.ts";
export { StreamChecks, STREAM_FLAGS } from "./streams/stream-checks.ts";
export { loadModel, type Model, modelDigest, saveModel } from "./train/model.ts";
export { type LabelledRow, type RowSource, type TrainOptions, train } from "./train/train.ts";
