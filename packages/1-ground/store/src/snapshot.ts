/**
 * Reading a database without leaving a trace: what an auditor does with a folder that is evidence.
 *
 * At rest (no -wal) the file is read in place, as immutable. After a crash (a -wal that nobody writes) a copy is read,
 * because SQLite would otherwise fold the -wal into the database. Beside a running writer the files change while they
 * are copied; then the database is read in place through a read-only connection, and only -shm may change.
 *
 * Not for the process that has the database open itself: closing any file drops all POSIX locks that the process holds
 * on it, the writer's too.
 */
import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { TwinwardError } from "@twinward/kernel";

export interface DatabaseSnapshot {
  /** `immutable` at rest, `copy` after a crash, `live` beside a running writer. */
  readonly how: "immutable" | "copy" | "live";
  prepare(sql: string): StatementSync;
  close(): void;
}

/** File times may be as coarse as the kernel's tick. */
const TICK_MS = 15;

/** Throws a TwinwardError `DATABASE_UNUSABLE` when the file is no database. */
export function openSnapshot(path: string): DatabaseSnapshot {
  try {
    // An empty -wal is what a closed reader leaves: nothing is in it.
    if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0)
      return opened(`${pathToFileURL(path).href}?immutable=1`, "immutable");
    const folder = mkdtempSync(join(tmpdir(), "twinward-"));
    const removeCopy = () => rmSync(folder, { recursive: true, force: true });
    const copy = join(folder, "log.db");
    const still = copyWhileStill(path, copy);
    if (still) return opened(copy, "copy", removeCopy);
    removeCopy();
    return opened(path, "live");
  } catch (cause) {
    throw new TwinwardError("DATABASE_UNUSABLE", `${path}: ${(cause as Error).message}`, { cause });
  }
}

function opened(path: string, how: DatabaseSnapshot["how"], after: () => void = () => {}): DatabaseSnapshot {
  const database = new DatabaseSync(path, { readOnly: how !== "copy" });
  database.exec("PRAGMA trusted_schema = OFF");
  // One read transaction: everything is seen as of one instant.
  database.exec("BEGIN");
  database.prepare("SELECT count(*) FROM sqlite_schema").get();
  return {
    how,
    prepare: (sql) => database.prepare(sql),
    close: () => {
      database.close();
      after();
    },
  };
}

/** False when somebody wrote meanwhile. */
function copyWhileStill(path: string, copy: string): boolean {
  pause(TICK_MS);
  const before = stateOf(path);
  copyFileSync(path, copy);
  copyFileSync(`${path}-wal`, `${copy}-wal`);
  pause(TICK_MS);
  return stateOf(path) === before;
}

function stateOf(path: string): string {
  const files = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false, bigint: true }));
  return files.map((file) => (file ? `${file.size} ${file.mtimeNs}` : "gone")).join();
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
