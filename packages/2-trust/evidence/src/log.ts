/** The two powers over a log: reading it, and appending to it. */
import type { EntryDraft, EntryKind, FrameConflict, FrameKey, LogEntry, Receipt } from "./entry.ts";

/** Readers cannot write: their type has no way to. Every method sees only what is durable. */
export interface LogReader {
  readonly origin: string;
  /** C2SP verifier key of the log (`origin+hash+key`). */
  readonly verifierKey: string;
  size(): number;
  /** The newest checkpoint, a C2SP signed note. */
  checkpoint(): string;
  entry(index: number): LogEntry | undefined;
  /** Entries from `from` on, in order, at most `limit`; of the given kinds only, when given. */
  entries(from: number, limit: number, kinds?: readonly EntryKind[]): LogEntry[];
  /** The decrypted body; `erased` when its key was destroyed by an `erased` entry; undefined when it has none. */
  body(index: number): Uint8Array | "erased" | undefined;
  /** The frame with this place in its device's chain. */
  frameAt(device: string, boot: number, sequence: number): LogEntry | undefined;
  frameByDigest(digest: Uint8Array): LogEntry | undefined;
  /** The frame of the device with the highest (boot, sequence). */
  lastFrame(device: string): FrameKey | undefined;
  /** A C2SP tlog-proof for the entry against the newest checkpoint. */
  proof(index: number): string;
  /** Derived state stored in the same transaction as the entries that made it. */
  state(name: string): Uint8Array | undefined;
  close(): void;
}

/** Drafts and states that become durable together or not at all. */
export interface AtomicGroup {
  readonly drafts: readonly EntryDraft[];
  readonly states?: { readonly [name: string]: Uint8Array };
}

export interface EvidenceLog extends LogReader {
  /** Joins the next group commit; answers after its fsync and checkpoint signature. */
  append(draft: EntryDraft): Promise<Receipt | FrameConflict>;
  /** All drafts of the group, in order, with their states, in one transaction. No frames. */
  appendAll(group: AtomicGroup): Promise<Receipt[]>;
  /** Puts a refused frame beside the log; at most `quarantineFramesMax` per source, then it only counts. */
  quarantine(source: string, code: string, frame: Uint8Array): void;
  stop(): Promise<void>;
}
