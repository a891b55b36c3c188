/** What happened: the tamper-evident log. */
export { createLog } from "./create.ts";
export {
  ENTRY_BYTES_MAX,
  type EntryDraft,
  type EntryKind,
  type Fact,
  type FrameConflict,
  type FrameKey,
  type LogEntry,
  type Receipt,
} from "./entry.ts";
export { type ExportSummary, exportRange } from "./export.ts";
export type {
  CreateLogOptions,
  DurableStep,
  Erasure,
  HeadRelation,
  LogKeeper,
  LogOptions,
} from "./keeper.ts";
export type { AtomicGroup, EvidenceLog, LogReader } from "./log.ts";
export { openLog } from "./open.ts";
export { type EntryName, prove, type ShownEntry, show } from "./prove.ts";
export { openLogReader } from "./reader.ts";
export { type RecoverOptions, type Recovery, recover } from "./recover.ts";
export { PROBLEMS_MAX, type Problem, type Verdict, type VerifyReport } from "./verify/report.ts";
export { type VerifyOptions, verifyLog } from "./verify/verify.ts";
