/**
 * The pipeline from one log entry to what must be appended because of it: align, judge, hand on.
 *
 * It knows no cursor and no transaction; the follower and the recomputation drive it with the same entries in the same
 * order and so get the same drafts.
 */
import type { EntryDraft, EntryKind, LogEntry, LogReader } from "@twinward/evidence";
import type { Notice, Site } from "@twinward/plant";
import type { Aligned, AlignedRow, DoorEvent, LateReading } from "./align/aligned.ts";
import { Aligner } from "./align/aligner.ts";
import { lateCheck } from "./align/late-check.ts";
import { LogFrames } from "./align/log-frames.ts";
import {
  type InputRange,
  type JudgedBy,
  judgementDraft,
  type LateFinding,
  lateDraft,
  storedForm,
} from "./follow-judgement.ts";
import type { Cause, Judge, Judgement } from "./judge.ts";

/** The kinds of entries that judgement depends on. */
export const INPUT_KINDS: readonly EntryKind[] = [
  "frame",
  "tick",
  "device",
  "refusals",
  "mode",
  "notice",
  "alarm-action",
  "signal-table",
];

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
  /** Everything returned so far is in the log already: it was made again after a restart, and must not be told twice. */
  onReplayed?(): void;
}

export interface PipelineOptions {
  readonly reader: LogReader;
  readonly site: Site;
  readonly judge: Judge;
  /** Lower-case hexadecimal digests of the code that runs and of the frozen model. */
  readonly code: string;
  readonly model: string;
  readonly downstream?: Downstream;
  /** Checks one late reading, without state. Default: range and allowed values, as the site states them. */
  readonly judgeLate?: (reading: LateReading) => readonly Cause[];
}

export class Pipeline {
  readonly aligner: Aligner;
  readonly frames: LogFrames;
  readonly judge: Judge;
  readonly by: JudgedBy;
  readonly #site: Site;
  readonly #downstream: Downstream | undefined;
  readonly #judgeLate: (reading: LateReading) => readonly Cause[];
  /** First input entry that is in no judgement's range yet; -1 when there is none. */
  rangeFrom = -1;
  /** Rows judged so far. */
  rows = 0;

  constructor(options: PipelineOptions) {
    this.aligner = new Aligner(options.site);
    this.frames = new LogFrames(options.reader);
    this.judge = options.judge;
    this.by = { code: options.code, site: options.site.digest, model: options.model };
    this.#site = options.site;
    this.#downstream = options.downstream;
    this.#judgeLate = options.judgeLate ?? lateCheck(options.site);
  }

  take(entry: LogEntry): EntryDraft[] {
    const drafts: EntryDraft[] = [];
    if (this.rangeFrom < 0) this.rangeFrom = entry.index;
    const input = this.frames.inputOf(entry);
    const aligned = input === undefined ? [] : this.aligner.step(input);
    for (const item of aligned) drafts.push(...this.#takeAligned(item, entry.index));
    drafts.push(...this.#tell(entry));
    return drafts;
  }

  #takeAligned(item: Aligned, index: number): readonly EntryDraft[] {
    if (item.kind === "row") return this.#judgeRow(item.row, index);
    if (item.kind === "event") return this.#downstream?.onEvent(item.event) ?? [];
    return this.#judgeLateReadings(item.readings, index);
  }

  #judgeRow(row: AlignedRow, index: number): EntryDraft[] {
    const judgement = storedForm(this.judge.step(row));
    this.rows++;
    const draft = judgementDraft(row, judgement, this.#nextRange(index), this.by);
    return [draft, ...(this.#downstream?.onRow(row, judgement) ?? [])];
  }

  #judgeLateReadings(readings: readonly LateReading[], index: number): EntryDraft[] {
    const findings = readings
      .map((reading) => ({ reading, causes: this.#judgeLate(reading) }))
      .filter(({ causes }) => causes.length > 0);
    const draft = lateDraft(readings, findings, this.#site, this.#nextRange(index), this.by);
    return [draft, ...(findings.length === 0 ? [] : (this.#downstream?.onLate(findings) ?? []))];
  }

  #nextRange(to: number): InputRange {
    const from = this.rangeFrom < 0 ? to : this.rangeFrom;
    this.rangeFrom = -1;
    return { from, to };
  }

  #tell(entry: LogEntry): readonly EntryDraft[] {
    const { kind, facts } = entry;
    if (kind !== "notice" && kind !== "mode" && kind !== "alarm-action") return [];
    const notice = kind === "notice" ? noticeOf(facts) : undefined;
    if (notice !== undefined) this.judge.announce(notice);
    return this.#downstream?.onEntry(entry) ?? [];
  }
}

function noticeOf(facts: LogEntry["facts"]): Notice | undefined {
  const { start, end, what } = facts;
  if (typeof start !== "number" || typeof end !== "number" || typeof what !== "string") return undefined;
  return { startMs: start, endMs: end, what };
}
