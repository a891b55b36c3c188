/**
 * One keeper per folder: a lock that ends with the process, however it ends.
 *
 * It is SQLite's own lock on an otherwise empty database, so it works wherever the data itself is safe, also between
 * two openings inside one process, and leaves nothing to clean up after a crash.
 */
import Database from "better-sqlite3";

/** Returns how to let go, or undefined when somebody else holds it. */
export function holdExclusively(path: string): (() => void) | undefined {
  const database = new Database(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    if ((cause as { code?: string }).code === "SQLITE_BUSY") return undefined;
    throw cause;
  }
  return () => {
    if (database.open) database.close();
  };
}
