/**
 * Recomputation: does judging the log again give what the log says?
 *
 * Every input entry is judged from the first on, with the site, model and code the auditor has; each output entry that
 * this gives is compared with the one the log holds at its turn. A log whose judgements were altered, left out or
 * invented, or that was judged by other code than it names, shows here.
 */
import type { EntryDraft, EntryKind, Fact, LogEntry, LogReader } from "@twinward/evidence";
import { equalBytes } from "@twinward/kernel";
import { INPUT_KINDS, Pipeline, type PipelineOptions } from "./follow-pipeline.ts";

/** Mismatches reported; then recomputation stops. */
export const MISMATCHES_MAX = 100;
const ENTRIES_PER_READ = 256;

export interface RecomputeMismatch {
  /** Log index of the stored entry. */
  readonly entry: number;
  readonly reason:
    | "not given by the log's inputs"
    | "facts differ"
    | "body differs"
    /** Site, model or code are others than those given to the recomputation. */
    | "judged by others";
  /** One line for a person. */
  readonly detail: string;
}

export interface Recomputation {
  /** Output entries compared. */
  readonly compared: number;
  readonly mismatches: readonly RecomputeMismatch[];
  /** Outputs that cannot be recomputed any more because inputs before them were erased, and that differ. */
  readonly afterErasure: number;
  /** Frames whose body is erased. */
  readonly erased: number;
  /** Output entries that the inputs give and the log does not hold yet. */
  readonly pending: number;
}

export interface RecomputeOptions extends PipelineOptions {
  /** Called with the entries done, about every ENTRIES_PER_READ entries. */
  readonly progress?: (entries: number) => void;
}

/** Pass a fresh judge and, to compare `incident` entries too, a fresh downstream. */
export function recompute(options: RecomputeOptions): Recomputation {
  const pipeline = new Pipeline(options);
  const kinds: EntryKind[] = options.downstream === undefined ? ["judgement"] : ["judgement", "incident"];
  const stored = new StoredOutputs(options.reader, kinds);
  const mismatches: RecomputeMismatch[] = [];
  let [compared, afterErasure, pending] = [0, 0, 0];
  for (const entry of entriesOf(options.reader, INPUT_KINDS, options.progress)) {
    for (const draft of pipeline.take(entry)) {
      const found = mismatches.length < MISMATCHES_MAX ? stored.next() : undefined;
      const mismatch = found && mismatchOf(draft, found, options.reader, pipeline.by);
      if (found === undefined) pending++;
      else compared++;
      if (mismatch !== undefined && pipeline.frames.erased > 0) afterErasure++;
      else if (mismatch !== undefined) mismatches.push(mismatch);
    }
    if (mismatches.length >= MISMATCHES_MAX) break;
  }
  const extra = mismatches.length < MISMATCHES_MAX ? stored.next() : undefined;
  if (extra !== undefined) {
    mismatches.push({ entry: extra.index, reason: "not given by the log's inputs", detail: extra.kind });
  }
  return { compared, mismatches, afterErasure, erased: pipeline.frames.erased, pending };
}

function mismatchOf(
  draft: EntryDraft,
  found: LogEntry,
  reader: LogReader,
  by: Pipeline["by"],
): RecomputeMismatch | undefined {
  const entry = found.index;
  if (draft.kind !== found.kind) {
    return { entry, reason: "not given by the log's inputs", detail: `a ${draft.kind} entry belongs here` };
  }
  const other = (["code", "site", "model"] as const).find(
    (what) => what in draft.facts && found.facts[what] !== by[what],
  );
  if (other !== undefined) return { entry, reason: "judged by others", detail: `the ${other} digest differs` };
  const fact = differingFact(draft.facts, found.facts);
  if (fact !== undefined) return { entry, reason: "facts differ", detail: fact };
  const body = reader.body(entry);
  if (body === "erased") return undefined;
  const same = body !== undefined && equalBytes(body, draft.body ?? new Uint8Array());
  return same ? undefined : { entry, reason: "body differs", detail: draft.kind };
}

function differingFact(left: EntryDraft["facts"], right: EntryDraft["facts"]): string | undefined {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return names.find((name) => !isSameFact(left[name], right[name]));
}

function isSameFact(left: Fact | undefined, right: Fact | undefined): boolean {
  if (left instanceof Uint8Array || right instanceof Uint8Array) {
    return left instanceof Uint8Array && right instanceof Uint8Array && equalBytes(left, right);
  }
  if (typeof left !== "object" || left === null || typeof right !== "object" || right === null) return left === right;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [leftFacts, rightFacts] = [left, right] as { readonly [name: string]: Fact }[];
  return differingFact(leftFacts ?? {}, rightFacts ?? {}) === undefined;
}

/** Output entries in log order, a batch at a time. */
class StoredOutputs {
  readonly #entries: Iterator<LogEntry>;

  constructor(reader: LogReader, kinds: readonly EntryKind[]) {
    this.#entries = entriesOf(reader, kinds);
  }

  next(): LogEntry | undefined {
    const { value, done } = this.#entries.next();
    return done ? undefined : value;
  }
}

function* entriesOf(
  reader: LogReader,
  kinds: readonly EntryKind[],
  progress: (entries: number) => void = () => {},
): Generator<LogEntry> {
  for (let from = 0; ; ) {
    const entries = reader.entries(from, ENTRIES_PER_READ, kinds);
    yield* entries;
    const last = entries.at(-1);
    if (last === undefined) return;
    from = last.index + 1;
    progress(from);
  }
}
