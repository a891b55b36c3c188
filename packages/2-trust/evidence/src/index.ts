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
export { openLogReader } from "./reader.ts";
