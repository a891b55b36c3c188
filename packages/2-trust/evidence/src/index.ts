/** What happened: the tamper-evident log. */
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
export type { AtomicGroup, EvidenceLog, LogReader } from "./log.ts";
