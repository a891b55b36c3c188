/**
 * The logical dump of a database: every row of every table and the schema, hashed. Two files with the same dump say the
 * same to every reader; what differs between them are bytes without meaning (free pages, slack, counters).
 */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** Works on a copy: reading a -wal may change the file. Undefined when it cannot be read whole. */
export function logicalDump(path: string, copy: string): string | undefined {
  for (const end of ["", "-wal", "-shm"]) rmSync(copy + end, { force: true });
  copyFileSync(path, copy);
  if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
  try {
    return dumpOf(copy);
  } catch {
    return undefined;
  }
}

function dumpOf(path: string): string {
  const database = new DatabaseSync(path);
  try {
    const hash = createHash("sha256");
    const put = (row: unknown) =>
      hash.update(
        JSON.stringify(row, (_key, value) =>
          value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
        ),
      );
    const schema = database.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name").all();
    put(schema);
    for (const pragma of ["application_id", "user_version"]) put(database.prepare(`PRAGMA ${pragma}`).get());
    // A broken index gives other rows to those who read through it.
    put(database.prepare("PRAGMA integrity_check").all());
    for (const { type, name } of schema as { type: string; name: string }[]) {
      if (type !== "table") continue;
      for (const row of database.prepare(`SELECT rowid, * FROM "${name}" ORDER BY 1`).iterate()) put(row);
    }
    return hash.digest("hex");
  } finally {
    database.close();
  }
}
