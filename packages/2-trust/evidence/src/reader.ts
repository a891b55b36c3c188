/** Reads a log that may be written at the same time by its keeper; usable from a worker thread. */
import { existsSync, readFileSync } from "node:fs";
import { equalBytes, isRefusal, sha256, toHex } from "@twinward/kernel";
import { openDatabase } from "@twinward/store";
import { formatProof, formatVerifierKey, type MerkleTree, parseCheckpoint, parseNote } from "@twinward/tlog";
import { bodyOf, isCommitted, unseal } from "./body.ts";
import { DataKeys } from "./data-key.ts";
import type { EntryKind, FrameKey, LogEntry } from "./entry.ts";
import { decodeEntry, frameKeyOf, logEntryOf } from "./entry-bytes.ts";
import { EvidenceError } from "./error.ts";
import { looseDigest } from "./group.ts";
import { GrowingTree } from "./growing-tree.ts";
import { dataFolder } from "./layout.ts";
import type { LogReader } from "./log.ts";
import { currentTerm, followTerm, identityOf, type LogIdentity } from "./log-key.ts";
import type { EntryRow, Rows, StateRow } from "./tables.ts";
import { isLogDatabase } from "./tables.ts";

/** Throws LOG_MISSING or LOG_DAMAGED when `dir` holds no log. Sees entries as soon as they are durable. */
export function openLogReader(dir: string): LogReader {
  const folder = dataFolder(dir);
  if (!existsSync(folder.database)) throw new EvidenceError("LOG_MISSING", `${dir} is no data folder`);
  const database = openDatabase(folder.database, { readOnly: true });
  if (!isLogDatabase(database)) throw new EvidenceError("LOG_DAMAGED", `${folder.database} is no log`);
  const tree = new GrowingTree(dir, database);
  const size = database.prepare("SELECT coalesce(max(idx) + 1, 0) AS size FROM entry");
  return new RowsReader({
    rows: database,
    dataKeys: new DataKeys(folder.dataKeys),
    size: () => (size.get() as { size: number }).size,
    head: () => readHead(folder.checkpoint),
    treeAt: (size) => tree.grownTo(size),
    close: () => database.close(),
  });
}

export interface Head {
  readonly note: string;
  readonly size: number;
}

/** The newest checkpoint file, as written by our own keeper. */
function readHead(path: string): Head {
  const note = readFileSync(path, "utf8");
  const parsed = parseNote(note);
  const checkpoint = isRefusal(parsed) ? parsed : parseCheckpoint(parsed.text);
  if (isRefusal(checkpoint)) throw new EvidenceError("LOG_DAMAGED", `${path}: ${checkpoint.detail}`);
  return { note, size: checkpoint.size };
}

export interface ReaderSources {
  readonly rows: Rows;
  readonly dataKeys: DataKeys;
  /** How many entries are durable. */
  size(): number;
  /** The newest checkpoint; beside a keeper in another thread it may be a moment behind `size`. */
  head(): Head;
  /** A tree that has reached `size`. */
  treeAt(size: number): MerkleTree;
  close(): void;
}

/** Reading over any database connection. */
export class RowsReader implements LogReader {
  readonly #rows: Rows;
  readonly #dataKeys: DataKeys;
  readonly #size: () => number;
  readonly #head: () => Head;
  readonly #closeRows: () => void;
  readonly #treeAt: (size: number) => MerkleTree;
  readonly #statements = new Map<string, ReturnType<Rows["prepare"]>>();
  #identity: LogIdentity;
  #identityThrough = 0;

  constructor(sources: ReaderSources) {
    this.#rows = sources.rows;
    this.#dataKeys = sources.dataKeys;
    this.#size = sources.size;
    this.#head = sources.head;
    this.#treeAt = sources.treeAt;
    this.#closeRows = sources.close;
    this.#identity = identityOfRows(this.#rows);
  }

  get origin(): string {
    return currentTerm(this.#freshIdentity()).origin;
  }

  get verifierKey(): string {
    const { key } = currentTerm(this.#freshIdentity());
    return formatVerifierKey(key);
  }

  size(): number {
    return this.#size();
  }

  checkpoint(): string {
    return this.#head().note;
  }

  entry(index: number): LogEntry | undefined {
    if (!(index < this.size())) return undefined;
    const row = this.#statement("SELECT bytes FROM entry WHERE idx = ?").get(index) as
      | Pick<EntryRow, "bytes">
      | undefined;
    return row === undefined ? undefined : trustedEntry(index, row.bytes);
  }

  entries(from: number, limit: number, kinds?: readonly EntryKind[]): LogEntry[] {
    // Only in these words does SQLite see that the index over all that is no frame serves.
    const indexed = kinds?.includes("frame") ? "" : "AND kind <> 'frame'";
    const among = kinds === undefined ? "" : `AND kind IN (${kinds.map(() => "?").join()}) ${indexed}`;
    const sql = `SELECT idx, bytes FROM entry WHERE idx >= ? AND idx < ? ${among} ORDER BY idx LIMIT ?`;
    const rows = this.#statement(sql).all(from, this.size(), ...(kinds ?? []), limit) as EntryRow[];
    return rows.map(({ idx, bytes }) => trustedEntry(idx, bytes));
  }

  body(index: number): Uint8Array | "erased" | undefined {
    const plain = this.plain(index);
    const content = this.#content(index);
    if (plain === undefined || plain === "erased" || content === undefined) return plain as "erased" | undefined;
    return bodyOf(plain, content.body?.commitment);
  }

  /** What was sealed: a frame, or salt and body. It is the one that the entry commits to. */
  plain(index: number): Uint8Array | "erased" | undefined {
    const content = this.#content(index);
    if (content?.body === undefined) return undefined;
    const sql = "SELECT sealed FROM body WHERE idx = ?";
    const row = this.#statement(sql).get(index) as { sealed: Uint8Array } | undefined;
    const key = this.#dataKeys.byHex(toHex(content.body.key));
    if (row === undefined || key === undefined) return "erased";
    const plain = unseal(row.sealed, key);
    const digest = frameKeyOf(content.facts)?.digest;
    if (plain !== undefined && isCommitted(plain, content.body.commitment, digest)) return plain;
    throw new EvidenceError("LOG_DAMAGED", `the body of entry ${index} is not the one it commits to`);
  }

  /** A tree that has reached `size`. */
  treeAt(size: number): MerkleTree {
    return this.#treeAt(size);
  }

  frameAt(device: string, boot: number, sequence: number): LogEntry | undefined {
    const sql = "SELECT idx, bytes FROM entry WHERE device = ? AND boot = ? AND sequence = ?";
    return this.#found(this.#statement(sql).get(device, boot, sequence) as EntryRow | undefined);
  }

  /** Searches the entries; for proofs and people, not for the way of a frame through the door. */
  frameByDigest(digest: Uint8Array): LogEntry | undefined {
    const sql = "SELECT idx, bytes FROM entry WHERE kind = 'frame' AND instr(bytes, ?) > 0 ORDER BY idx DESC";
    for (const row of this.#statement(sql).all(digest) as EntryRow[]) {
      const entry = this.#found(row);
      if (entry?.frame !== undefined && equalBytes(entry.frame.digest, digest)) return entry;
    }
    return undefined;
  }

  lastFrame(device: string): FrameKey | undefined {
    const sql = "SELECT idx, bytes FROM entry WHERE device = ? ORDER BY boot DESC, sequence DESC LIMIT 1";
    return this.#found(this.#statement(sql).get(device) as EntryRow | undefined)?.frame;
  }

  /** The last frame of every device: one walk over the index, about a second per million frames. */
  protected lastFrames(): Map<string, FrameKey> {
    const sql = `SELECT idx, max(sequence), boot FROM entry WHERE device IS NOT NULL GROUP BY device, boot ORDER BY boot`;
    const last = new Map<string, FrameKey>();
    for (const { idx } of this.#statement(sql).all() as EntryRow[]) {
      const frame = this.entry(idx)?.frame;
      if (frame !== undefined) last.set(frame.device, frame);
    }
    return last;
  }

  proof(index: number): string {
    const { note, size } = this.#head();
    const entry = this.entry(index);
    if (entry === undefined) throw new RangeError(`there is no entry ${index}`);
    if (index >= size) throw new EvidenceError("CHECKPOINT_BEHIND", `no signed checkpoint covers entry ${index} yet`);
    const hashes = this.#treeAt(size).inclusionProof(index, size);
    return formatProof({ index, hashes, checkpoint: note, extra: entry.bytes });
  }

  state(name: string): Uint8Array | undefined {
    const sql = "SELECT value, digest, entry FROM state WHERE name = ?";
    const row = this.#statement(sql).get(name) as StateRow | undefined;
    if (row === undefined) return undefined;
    const expected = row.entry === null ? looseDigest(name, row.value) : sha256(row.value);
    if (equalBytes(expected, row.digest)) return row.value;
    throw new EvidenceError("LOG_DAMAGED", `the state ${name} is not the one that was stored`);
  }

  close(): void {
    this.#statements.clear();
    this.#closeRows();
  }

  #found(row: EntryRow | undefined): LogEntry | undefined {
    return row === undefined || row.idx >= this.size() ? undefined : trustedEntry(row.idx, row.bytes);
  }

  #content(index: number) {
    const entry = this.entry(index);
    if (entry === undefined) return undefined;
    const content = decodeEntry(entry.bytes);
    return isRefusal(content) ? undefined : content;
  }

  /** Read again only when an entry that changes it has come since. */
  #freshIdentity(): LogIdentity {
    const size = this.size();
    if (size === this.#identityThrough) return this.#identity;
    const sql =
      "SELECT idx FROM entry WHERE kind IN ('key-rotation', 'recovery') AND kind <> 'frame' AND idx >= ? LIMIT 1";
    if (this.#statement(sql).get(this.#identityThrough) !== undefined) this.#identity = identityOfRows(this.#rows);
    this.#identityThrough = size;
    return this.#identity;
  }

  #statement(sql: string): ReturnType<Rows["prepare"]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#rows.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** An entry of our own log; bytes that do not decode mean that the folder is damaged. */
function trustedEntry(index: number, bytes: Uint8Array): LogEntry {
  const entry = logEntryOf(index, bytes);
  if (isRefusal(entry)) throw new EvidenceError("LOG_DAMAGED", `entry ${index}: ${entry.detail}`);
  return entry;
}

/** What the log says about itself. Throws LOG_DAMAGED when entry 0 or a change of key does not hold. */
export function identityOfRows(rows: Rows): LogIdentity {
  const sql =
    "SELECT idx, bytes FROM entry WHERE kind IN ('genesis', 'key-rotation', 'recovery') AND kind <> 'frame' ORDER BY idx";
  let identity: LogIdentity | undefined;
  for (const { idx, bytes } of rows.prepare(sql).all() as EntryRow[]) {
    const { kind, facts } = trustedEntry(idx, bytes);
    if (kind === "key-rotation" && facts.purpose !== "log") continue;
    const next =
      kind === "genesis" ? identityOf(facts) : identity && followTerm(identity, kind as "recovery", idx, facts);
    if (next === undefined || (kind === "genesis") !== (idx === 0)) {
      throw new EvidenceError("LOG_DAMAGED", `entry ${idx} is no valid ${kind}`);
    }
    identity = next;
  }
  if (identity === undefined) throw new EvidenceError("LOG_DAMAGED", "there is no entry 0");
  return identity;
}
