/**
 * From entries of the log to what the aligner takes: frames are decoded here, with the signal table they name.
 *
 * Frames in the log were verified before they were appended, so nothing here judges a signature. A body that is erased,
 * or that cannot be read, still counts as a frame of its chain; only its readings are gone.
 */
import type { Fact, LogEntry, LogReader } from "@twinward/evidence";
import { decodePayload, decodeSignalTable, parseFrame, type SignalTable } from "@twinward/frame";
import { assert, isRefusal, type ReadingBlock, toHex } from "@twinward/kernel";
import type { AlignerInput, FrameInput } from "./aligned.ts";

const TABLES_PER_READ = 500;

export class LogFrames {
  readonly #reader: LogReader;
  /** By digest, lower-case hexadecimal. */
  readonly #tables = new Map<string, SignalTable>();
  #erased = 0;

  constructor(reader: LogReader) {
    this.#reader = reader;
  }

  /** Frames whose body was erased. */
  get erased(): number {
    return this.#erased;
  }

  /** Learns every table before `index`; after a restart, frames may name tables from long ago. */
  learnTablesBefore(index: number): void {
    for (let from = 0; from < index; ) {
      const entries = this.#reader.entries(from, TABLES_PER_READ, ["signal-table"]);
      for (const entry of entries) this.#learnTable(entry);
      const last = entries.at(-1);
      if (last === undefined) return;
      from = last.index + 1;
    }
  }

  /** What the aligner must be told of this entry, if anything. */
  inputOf(entry: LogEntry): AlignerInput | undefined {
    const { index, atMs, kind, facts } = entry;
    if (kind === "frame") return this.#frameOf(entry);
    if (kind === "tick") return { kind, index, atMs };
    if (kind === "refusals") {
      return {
        kind,
        index,
        atMs,
        code: text(facts.code),
        // Who is proven, who is only named and who is a stranger must not look alike: a key id is public.
        source: `${text(facts.origin)}:${text(facts.source)}`,
        count: count(facts.count),
      };
    }
    if (kind === "signal-table") this.#learnTable(entry);
    return expectationOf(entry);
  }

  #frameOf(entry: LogEntry): FrameInput {
    const key = entry.frame;
    assert(key !== undefined, "an entry of kind frame has its frame key");
    const signedAt = entry.facts.iat;
    return {
      kind: "frame",
      index: entry.index,
      atMs: entry.atMs,
      device: key.device,
      boot: key.boot,
      sequence: key.sequence,
      digest: toHex(key.digest),
      previous: toHex(key.previous),
      signedAtMs: typeof signedAt === "number" ? signedAt : entry.atMs,
      readings: this.#readingsOf(entry.index),
    };
  }

  #readingsOf(index: number): ReadingBlock | undefined {
    const body = this.#reader.body(index);
    if (body === "erased") this.#erased++;
    const frame = body instanceof Uint8Array ? parseFrame(body) : undefined;
    if (frame === undefined || isRefusal(frame)) return undefined;
    const table = this.#tables.get(toHex(frame.header.signalTable));
    const block = table === undefined ? undefined : decodePayload(frame, table);
    return block === undefined || isRefusal(block) ? undefined : block;
  }

  /** The table's bytes are a fact or the body of its entry. */
  #learnTable(entry: LogEntry): void {
    const bytes = entry.facts.table ?? this.#reader.body(entry.index);
    const table = bytes instanceof Uint8Array ? decodeSignalTable(bytes) : undefined;
    if (table !== undefined && !isRefusal(table)) this.#tables.set(toHex(table.digest), table);
  }
}

/** Registered and revoked devices; devices set out of service by an operating mode, and back. */
function expectationOf({ kind, index, atMs, facts }: LogEntry): AlignerInput | undefined {
  if (kind === "device") {
    const act = facts.act;
    if (act !== "registered" && act !== "revoked") return undefined;
    return { kind: "expect", index, atMs, device: text(facts.device), expected: act === "registered" };
  }
  if (kind !== "mode") return undefined;
  return { kind: "expect", index, atMs, device: text(facts.scope), expected: facts.mode !== "out-of-service" };
}

function text(fact: Fact | undefined): string {
  return typeof fact === "string" ? fact : "";
}

function count(fact: Fact | undefined): number {
  return typeof fact === "number" ? fact : 0;
}
