/**
 * The follower: reads the log from a cursor, judges, and makes groups that become durable together or not at all.
 *
 * A group holds the output entries and the position reached. A full snapshot of aligner, judge and downstream is taken
 * only every SNAPSHOT_ROWS rows; after a restart the entries between the last snapshot and the last position are judged
 * again and what they give, which is in the log already, is left out. So the cost of a group does not grow with state.
 *
 * Invariants: each row is judged once; the sequence of output entries does not depend on how entries are batched, when
 * snapshots are taken, or where the process died. The caller appends a group before it asks for the next one; if it
 * dies on the way, the next start makes the same group again.
 */
import type { AtomicGroup, EntryDraft, LogReader } from "@twinward/evidence";
import { assert, fromBase64, toBase64 } from "@twinward/kernel";
import { decodeJson, encodeJson } from "./align/stable-json.ts";
import type { JudgedBy } from "./follow-judgement.ts";
import { type Downstream, INPUT_KINDS, Pipeline, type PipelineOptions } from "./follow-pipeline.ts";

export const SNAPSHOT_ROWS = 32;
/** After so many entries a snapshot is due with the next output, however few rows closed. */
export const SNAPSHOT_ENTRIES_MAX = 20_000;
export const GROUP_ENTRIES_MAX = 256;
/** No further entry is taken into a group that has this many drafts. */
export const GROUP_DRAFTS_MAX = 512;

const POSITION = "follow.position";
const SNAPSHOT = "follow.snapshot";

export interface FollowerOptions extends PipelineOptions {
  /** Rows between two full snapshots; the output does not depend on it. */
  readonly snapshotRows?: number;
  /** Most entries read at once; the output does not depend on it. */
  readonly groupEntriesMax?: number;
}

/** A group to append before the next one is asked for. */
export interface FollowGroup extends AtomicGroup {
  /** Rows judged in this group. */
  readonly rows: number;
  /** Entries up to here (exclusive) are consumed. */
  readonly cursor: number;
}

/** Where the durable output ends. */
interface Position {
  readonly cursor: number;
  readonly outputs: number;
  readonly by: JudgedBy;
}

interface Snapshot extends Position {
  readonly rangeFrom: number;
  readonly rows: number;
  readonly aligner: string;
  readonly judge: string;
}

export class LogFollower {
  readonly #reader: LogReader;
  readonly #pipeline: Pipeline;
  readonly #downstream: Downstream | undefined;
  readonly #snapshotRows: number;
  readonly #groupEntriesMax: number;
  #cursor = 0;
  /** Output entries made since entry 0. */
  #outputs = 0;
  #snapshotAtRow = 0;
  #entriesSinceSnapshot = 0;

  /** Goes on where the durable state of the log ends. */
  constructor(options: FollowerOptions) {
    this.#reader = options.reader;
    this.#downstream = options.downstream;
    this.#snapshotRows = options.snapshotRows ?? SNAPSHOT_ROWS;
    this.#groupEntriesMax = options.groupEntriesMax ?? GROUP_ENTRIES_MAX;
    this.#pipeline = new Pipeline(options);
    this.#goOn();
  }

  /** The next group, or undefined when the log holds nothing new that makes output. */
  next(): FollowGroup | undefined {
    const rowsBefore = this.#pipeline.rows;
    for (;;) {
      const drafts = this.#takeEntries(Infinity);
      if (drafts === undefined) return undefined;
      // States without an entry would have no digest in the log.
      if (drafts.length === 0) continue;
      this.#outputs += drafts.length;
      return { drafts, states: this.#states(), rows: this.#pipeline.rows - rowsBefore, cursor: this.#cursor };
    }
  }

  /** Takes one batch of entries below `end`; undefined when there are none. */
  #takeEntries(end: number): EntryDraft[] | undefined {
    const entries = this.#reader.entries(this.#cursor, this.#groupEntriesMax, INPUT_KINDS);
    const drafts: EntryDraft[] = [];
    let taken = 0;
    for (const entry of entries) {
      if (entry.index >= end || drafts.length >= GROUP_DRAFTS_MAX) break;
      drafts.push(...this.#pipeline.take(entry));
      this.#cursor = entry.index + 1;
      taken++;
    }
    this.#entriesSinceSnapshot += taken;
    return taken === 0 ? undefined : drafts;
  }

  #snapshotDue(): boolean {
    if (this.#pipeline.rows - this.#snapshotAtRow >= this.#snapshotRows) return true;
    return this.#entriesSinceSnapshot >= SNAPSHOT_ENTRIES_MAX;
  }

  #states(): { readonly [name: string]: Uint8Array } {
    const position: Position = { cursor: this.#cursor, outputs: this.#outputs, by: this.#pipeline.by };
    if (!this.#snapshotDue()) return { [POSITION]: encodeJson(position) };
    this.#snapshotAtRow = this.#pipeline.rows;
    this.#entriesSinceSnapshot = 0;
    const snapshot: Snapshot = {
      ...position,
      rangeFrom: this.#pipeline.rangeFrom,
      rows: this.#pipeline.rows,
      aligner: toBase64(this.#pipeline.aligner.snapshot()),
      judge: toBase64(this.#pipeline.judge.snapshot()),
    };
    return { ...this.#downstream?.snapshot(), [SNAPSHOT]: encodeJson(snapshot), [POSITION]: encodeJson(position) };
  }

  #goOn(): void {
    const bytes = this.#reader.state(POSITION);
    if (bytes === undefined) return;
    const position = decodeJson<Position>(bytes);
    this.#restore();
    this.#pipeline.frames.learnTablesBefore(this.#cursor);
    while (this.#cursor < position.cursor) this.#outputs += this.#takeEntries(position.cursor)?.length ?? this.#stuck();
    const same = isSame(position.by, this.#pipeline.by);
    assert(!same || this.#outputs === position.outputs, "judging the same entries again gives the same output");
    this.#outputs = position.outputs;
    this.#downstream?.onReplayed?.();
  }

  #restore(): void {
    const bytes = this.#reader.state(SNAPSHOT);
    if (bytes === undefined) return;
    const snapshot = decodeJson<Snapshot>(bytes);
    this.#cursor = snapshot.cursor;
    this.#outputs = snapshot.outputs;
    this.#pipeline.rangeFrom = snapshot.rangeFrom;
    this.#pipeline.rows = snapshot.rows;
    this.#snapshotAtRow = snapshot.rows;
    this.#pipeline.aligner.restore(bytesOf(snapshot.aligner));
    // Another model, site or code starts with a judge that knows nothing yet: its state would mean something else.
    if (isSame(snapshot.by, this.#pipeline.by)) this.#pipeline.judge.restore(bytesOf(snapshot.judge));
    this.#downstream?.restore((name) => this.#reader.state(name));
  }

  #stuck(): never {
    assert(false, "the entries before a durable position are in the log");
  }
}

function isSame(left: JudgedBy, right: JudgedBy): boolean {
  return left.code === right.code && left.site === right.site && left.model === right.model;
}

function bytesOf(base64: string): Uint8Array {
  const bytes = fromBase64(base64);
  assert(bytes !== undefined, "a snapshot holds the bytes we wrote");
  return bytes;
}
