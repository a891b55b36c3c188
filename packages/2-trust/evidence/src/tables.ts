/**
 * The tables of log.db. Entries and bodies are the truth; everything else in the data folder is derived from them,
 * or vouched for by a digest in an entry.
 */

/** Written into the database header, so that other SQLite files are not taken for a log. */
export const APPLICATION_ID = 0x54574c31;
export const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE entry (
    idx INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    bytes BLOB NOT NULL,
    -- The place in a device's chain, for frames; the same as in the entry's facts.
    device TEXT,
    boot INTEGER,
    sequence INTEGER
  ) STRICT;
  -- Sequence before device: frames that come at the same time then lie on the same pages.
  CREATE UNIQUE INDEX entry_frame ON entry (boot, sequence, device) WHERE device IS NOT NULL;
  CREATE INDEX entry_kind ON entry (kind, idx) WHERE kind <> 'frame';

  CREATE TABLE body (
    idx INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL
  ) STRICT;

  -- Derived state; its digest is in entry \`entry\`, or nowhere when that is NULL.
  CREATE TABLE state (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    digest BLOB NOT NULL,
    entry INTEGER
  ) STRICT;

  -- Refused frames, never part of the log.
  CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    code TEXT NOT NULL,
    at INTEGER NOT NULL,
    frame BLOB NOT NULL,
    digest BLOB NOT NULL
  ) STRICT;
  CREATE INDEX quarantine_source ON quarantine (source);
  CREATE TABLE quarantine_left_off (source TEXT PRIMARY KEY, frames INTEGER NOT NULL) STRICT;

  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** In a new, empty database. */
export function createTables(database: { exec(sql: string): unknown }): void {
  database.exec(SCHEMA);
}

/** What reading needs of a database: better-sqlite3 for the running log, node:sqlite for an auditor's snapshot. */
export interface Rows {
  prepare(sql: string): {
    get(...values: (string | number | Uint8Array | null)[]): unknown;
    all(...values: (string | number | Uint8Array | null)[]): unknown[];
    iterate(...values: (string | number | Uint8Array | null)[]): Iterable<unknown>;
  };
}

export interface EntryRow {
  readonly idx: number;
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly device: string | null;
  readonly boot: number | null;
  readonly sequence: number | null;
}

export interface StateRow {
  readonly name: string;
  readonly value: Uint8Array;
  readonly digest: Uint8Array;
  readonly entry: number | null;
}

/** True when the open database is a log of this format. */
export function isLogDatabase(rows: Rows): boolean {
  const pragma = (name: string) => Object.values((rows.prepare(`PRAGMA ${name}`).get() ?? {}) as object)[0] as unknown;
  return pragma("application_id") === APPLICATION_ID && pragma("user_version") === SCHEMA_VERSION;
}
