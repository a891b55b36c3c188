/**
 * SQLite opened the one safe way: WAL, and synchronous=FULL so that a committed transaction survives a power cut.
 *
 * (With the common WAL/NORMAL setting, a power cut loses committed transactions.) Files are readable by their owner
 * only; SQLite gives -wal and -shm the mode of the database file.
 */
import { chmodSync, closeSync, existsSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { TwinwardError } from "@twinward/kernel";
import Database from "better-sqlite3";
import { DiskFull, DurabilityLost } from "./durability.ts";
import { PRIVATE_FILE, syncFolder } from "./file.ts";

export type SqliteDatabase = Database.Database;

export interface DatabaseOptions {
  /** Opens an existing database for reading, beside a writer in another thread or process. */
  readonly readOnly?: boolean;
}

/** Pages that the write-ahead log may grow by before it is folded into the database. */
const WAL_PAGES = 4000;
const BUSY_MS_MAX = 5000;
const CACHE_KIB = 16 * 1024;

/** Throws a TwinwardError `DATABASE_UNUSABLE` when the file cannot be opened or is no database. */
export function openDatabase(path: string, options: DatabaseOptions = {}): SqliteDatabase {
  try {
    if (!options.readOnly) makePrivate(path);
    const database = new Database(path, { readonly: options.readOnly ?? false, fileMustExist: true });
    database.pragma(`busy_timeout = ${BUSY_MS_MAX}`);
    database.pragma(`cache_size = ${-CACHE_KIB}`);
    database.pragma("trusted_schema = OFF");
    if (!options.readOnly) makeDurable(database);
    return database;
  } catch (cause) {
    throw new TwinwardError("DATABASE_UNUSABLE", `${path}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Runs `work` in one transaction and returns after its fsync. Throws DiskFull with nothing stored, or DurabilityLost
 * when nobody can know what is stored; any other error of `work` passes through with nothing stored.
 */
export function commit<T>(database: SqliteDatabase, work: () => T): T {
  try {
    database.exec("BEGIN IMMEDIATE");
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (cause) {
    const code = String((cause as { code?: unknown }).code);
    if (code.startsWith("SQLITE_IOERR") || code === "SQLITE_CORRUPT") throw new DurabilityLost("commit", cause);
    if (database.inTransaction) database.exec("ROLLBACK");
    if (code === "SQLITE_FULL") throw new DiskFull("commit", cause);
    throw cause;
  }
}

function makePrivate(path: string): void {
  if (existsSync(path)) return;
  closeSync(openSync(path, "a", PRIVATE_FILE));
  chmodSync(path, PRIVATE_FILE);
  syncFolder(dirname(path));
}

function makeDurable(database: SqliteDatabase): void {
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("secure_delete = ON");
  database.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
}
