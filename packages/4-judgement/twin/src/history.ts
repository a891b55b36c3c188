/**
 * History: every judged row in columns, for charts and for "what did we believe then?".
 *
 * Derived from the log's `judgement` entries alone, in a file of its own that may be deleted at any time; it is not
 * evidence, and it has its own cursor. One row of the table holds all signals of one judged row as packed arrays, so a
 * query for one signal reads a few bytes of each row it passes.
 *
 * Invariant: rows and cursor move in one transaction; the same log always gives the same history.
 */
import { rmSync } from "node:fs";
import { type AlignedRow, type Judgement, type StoredJudgement, storedJudgementOf } from "@twinward/detection";
import type { LogEntry, LogReader } from "@twinward/evidence";
import { TwinwardError } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import { commit, openDatabase, type SqliteDatabase } from "@twinward/store";
import { type Bucket, bucketsOf, type HistorySample } from "./bucket.ts";
import { packed, unpacked } from "./packed-row.ts";
import type { TwinView } from "./signal-state.ts";
import { TwinState } from "./twin-state.ts";

/** Most buckets in one answer. */
export const POINTS_MAX = 5_000;
/** Most rows that one query reads; a longer stretch comes in pages. */
export const ROWS_READ_MAX = 200_000;
/** Entries taken in one transaction. */
const ENTRIES_PER_COMMIT = 500;
const FORMAT = 1;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

export interface HistoryQuery {
  readonly signal: string;
  /** Unix milliseconds, inclusive. */
  readonly fromMs: number;
  readonly toMs: number;
  /** At most this many buckets in one answer; at most POINTS_MAX. */
  readonly points: number;
}

export interface HistoryPage {
  readonly buckets: readonly Bucket[];
  /** Ask again from here for the rest; null when this was all. */
  readonly nextFromMs: number | null;
}

interface StoredRow {
  readonly time: number;
  readonly body: Buffer;
}

export class History {
  readonly #database: SqliteDatabase;
  readonly #site: Site;

  /** @param path of the database file; made when missing, emptied when it belongs to another site version or format */
  constructor(path: string, site: Site) {
    this.#site = site;
    this.#database = openOrReplace(path);
    // A cache: losing the last rows at a power cut only means reading them from the log again.
    this.#database.pragma("synchronous = NORMAL");
    this.#prepareTables();
  }

  /** Takes in judgement entries after the last one seen, at most `limit`; returns how many. */
  catchUp(reader: LogReader, limit = Infinity): number {
    let taken = 0;
    for (;;) {
      const entries = reader.entries(this.#cursor(reader.origin), Math.min(ENTRIES_PER_COMMIT, limit - taken), [
        "judgement",
      ]);
      const last = entries.at(-1);
      if (last === undefined) return taken;
      commit(this.#database, () => {
        for (const entry of entries) this.#take(entry, reader);
        this.#setCursor(reader.origin, last.index + 1);
      });
      taken += entries.length;
      if (taken >= limit) return taken;
    }
  }

  /** Forgets everything and reads the log again. */
  rebuild(reader: LogReader): number {
    this.#empty();
    return this.catchUp(reader);
  }

  /** Throws HISTORY_QUERY for a signal the site does not have or a stretch that is none. */
  query(query: HistoryQuery): HistoryPage {
    const signal = this.#site.signals.find((candidate) => candidate.id === query.signal);
    if (signal === undefined) throw new TwinwardError("HISTORY_QUERY", `no signal ${query.signal}`);
    if (!(query.fromMs <= query.toMs) || !(query.points >= 1)) {
      throw new TwinwardError("HISTORY_QUERY", "from must not lie after to, and points must be at least 1");
    }
    const samples = this.#samples(signal.number, query.fromMs, query.toMs);
    const next = samples.length > ROWS_READ_MAX ? samples.pop() : undefined;
    const points = Math.min(Math.floor(query.points), POINTS_MAX);
    return { buckets: bucketsOf(samples, points), nextFromMs: next?.timeMs ?? null };
  }

  /** What was believed at `timeMs`: the newest row at or before it; undefined before the first. */
  stateAt(timeMs: number): TwinView | undefined {
    const row = this.#database
      .prepare("SELECT time, body FROM row WHERE time <= ? AND body IS NOT NULL ORDER BY time DESC LIMIT 1")
      .get(timeMs) as StoredRow | undefined;
    if (row === undefined) return undefined;
    const { row: aligned, judgement } = rowOf(row.body);
    const twin = new TwinState(this.#site);
    twin.step(aligned, judgement);
    return twin.view();
  }

  /** Rows held. */
  size(): number {
    return (this.#database.prepare("SELECT count(*) AS rows FROM row").get() as { rows: number }).rows;
  }

  close(): void {
    this.#database.close();
  }

  #samples(signal: number, fromMs: number, toMs: number): HistorySample[] {
    const at = signal * BYTES + 1;
    const rows = this.#database
      .prepare(
        `SELECT time, alarm, substr(measured, ${at}, 8) AS m, substr(estimated, ${at}, 8) AS e, substr(trusted, ${at}, 8) AS t
         FROM row WHERE time BETWEEN ? AND ? ORDER BY time LIMIT ?`,
      )
      .raw()
      .all(fromMs, toMs, ROWS_READ_MAX + 1) as [number, number, Buffer, Buffer, Buffer][];
    return rows.map(([timeMs, alarm, measured, estimated, trusted]) => ({
      timeMs,
      alarm: alarm !== 0,
      value: unpacked(measured),
      estimate: unpacked(estimated),
      trust: unpacked(trusted),
    }));
  }

  #take(entry: LogEntry, reader: LogReader): void {
    const body = reader.body(entry.index);
    // An erased judgement leaves no history: what was erased must not live on in a cache.
    if (!(body instanceof Uint8Array)) return;
    const stored = storedJudgementOf(body);
    if (stored.late) this.#putLate(stored);
    else this.#putRow(stored.row, stored.judgement, body);
  }

  #putRow(row: AlignedRow, judgement: Judgement, body: Uint8Array): void {
    this.#database
      .prepare("INSERT OR REPLACE INTO row (time, alarm, measured, estimated, trusted, body) VALUES (?, ?, ?, ?, ?, ?)")
      .run(
        row.timeMs,
        judgement.alarm ? 1 : 0,
        packed(row.values),
        packed(judgement.estimates),
        packed(judgement.trust),
        Buffer.from(body),
      );
  }

  /** Late values go to the row they belong to, where that has none; without one they get a row of their own. */
  #putLate(late: StoredJudgement & { readonly late: true }): void {
    for (const reading of late.readings) {
      const time = this.#rowNear(reading.timeMs);
      const held = this.#measuredAt(time ?? reading.timeMs);
      if (time !== undefined && !Number.isNaN(held[reading.signal])) continue;
      held[reading.signal] = reading.value;
      const nothing = packed(new Float64Array(this.#site.signals.length).fill(Number.NaN));
      this.#database
        .prepare(
          `INSERT INTO row (time, alarm, measured, estimated, trusted, body) VALUES (?, 0, ?, ?, ?, NULL)
           ON CONFLICT (time) DO UPDATE SET measured = excluded.measured`,
        )
        .run(time ?? reading.timeMs, packed(held), nothing, nothing);
    }
  }

  #rowNear(timeMs: number): number | undefined {
    const half = this.#site.samplePeriodMs / 2;
    const row = this.#database
      .prepare("SELECT time FROM row WHERE time > ? AND time < ? ORDER BY abs(time - ?) LIMIT 1")
      .get(timeMs - half, timeMs + half, timeMs) as { time: number } | undefined;
    return row?.time;
  }

  #measuredAt(timeMs: number): Float64Array {
    const row = this.#database.prepare("SELECT measured FROM row WHERE time = ?").get(timeMs) as
      | { measured: Buffer }
      | undefined;
    return Float64Array.from(this.#site.signals, (_, i) =>
      row === undefined ? Number.NaN : row.measured.readDoubleLE(i * BYTES),
    );
  }

  #prepareTables(): void {
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS known (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS row (
        time REAL PRIMARY KEY, alarm INTEGER NOT NULL, measured BLOB NOT NULL, estimated BLOB NOT NULL,
        trusted BLOB NOT NULL, body BLOB
      ) STRICT`);
    const belongsTo = `${FORMAT} ${this.#site.digest}`;
    if (this.#known("belongs-to") !== belongsTo) this.#empty();
    this.#setKnown("belongs-to", belongsTo);
  }

  #empty(): void {
    this.#database.exec("DELETE FROM row; DELETE FROM known WHERE name <> 'belongs-to'");
  }

  /** A history made from another log (after `evidence recover`) starts anew. */
  #cursor(origin: string): number {
    if (this.#known("origin") !== origin) this.#empty();
    return Number(this.#known("cursor") ?? 0);
  }

  #setCursor(origin: string, cursor: number): void {
    this.#setKnown("origin", origin);
    this.#setKnown("cursor", String(cursor));
  }

  #known(name: string): string | undefined {
    const row = this.#database.prepare("SELECT value FROM known WHERE name = ?").get(name) as
      | { value: string }
      | undefined;
    return row?.value;
  }

  #setKnown(name: string, value: string): void {
    this.#database.prepare("INSERT OR REPLACE INTO known (name, value) VALUES (?, ?)").run(name, value);
  }
}

/** A damaged cache is thrown away: the log has everything. */
function openOrReplace(path: string): SqliteDatabase {
  try {
    return openSound(path);
  } catch {
    for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
    return openSound(path);
  }
}

function openSound(path: string): SqliteDatabase {
  const database = openDatabase(path);
  try {
    if (database.pragma("quick_check", { simple: true }) === "ok") return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
  database.close();
  throw new TwinwardError("HISTORY_DAMAGED", path);
}

function rowOf(body: Uint8Array): { row: AlignedRow; judgement: Judgement } {
  const stored = storedJudgementOf(body);
  if (stored.late) throw new TwinwardError("HISTORY_DAMAGED", "a row of the history holds no row");
  return stored;
}
