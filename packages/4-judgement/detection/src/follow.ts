import type { AtomicGroup, EntryDraft, LogEntry, LogReader } from "@twinward/evidence";
import type { Site } from "@twinward/plant";
import type { AlignedRow, DoorEvent, LateReading } from "./align/aligned.ts";
import type { Cause, Judge, Judgement } from "./judge.ts";

/** What stands above the judge: incidents and the twin. Called in log order; what it returns is appended. */
export interface Downstream {
  onRow(row: AlignedRow, judgement: Judgement): readonly EntryDraft[];
  /** Late readings that broke a rule, with their causes. */
  onLate(findings: readonly LateFinding[]): readonly EntryDraft[];
  onEvent(event: DoorEvent): readonly EntryDraft[];
  /** An entry of kind `notice`, `mode` or `alarm-action`. */
  onEntry(entry: LogEntry): readonly EntryDraft[];
  /** State by name, for the transaction; names must not start with `follow.`. */
  snapshot(): { readonly [name: string]: Uint8Array };
  /** Called once before the first entry, when there is a snapshot. */
  restore(state: (name: string) => Uint8Array | undefined): void;
}

export interface LateFinding {
  readonly reading: LateReading;
  readonly causes: readonly Cause[];
}

export interface FollowerOptions {
  readonly reader: LogReader;
  readonly site: Site;
  readonly judge: Judge;
  /** Lower-case hexadecimal digests of the code that runs and of the frozen model. */
  readonly code: string;
  readonly model: string;
  readonly downstream?: Downstream;
  /** Rule checks for one late reading, without state. */
  readonly judgeLate?: (reading: LateReading) => readonly Cause[];
  /** Rows between two full snapshots; the output does not depend on it. */
  readonly snapshotRows?: number;
  /** Most entries read for one group; the output does not depend on it. */
  readonly groupEntriesMax?: number;
}

/** A group to append before the next one is asked for. */
export interface FollowGroup extends AtomicGroup {
  /** Rows judged in this group. */
  readonly rows: number;
  /** Entries up to here (exclusive) are consumed. */
  readonly cursor: number;
}

export class LogFollower {
  constructor(_options: FollowerOptions) {}
  /** The next group, or undefined when the log holds nothing new that makes output. */
  next(): FollowGroup | undefined {
    throw new Error("not built yet");
  }
}
