/**
 * One bit of one value in one row, table by table, written through SQL: unlike flips of the file these always mean
 * something, so that every one of them has to be named.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Chance } from "@twinward/kernel";
import type { Evidence } from "./evidence-folder.ts";
import type { FlipFigures } from "./flips.ts";
import { verifyNames } from "./judges.ts";

export interface TableKind {
  readonly name: string;
  readonly columns: readonly string[];
}

type Value = string | number | bigint | Uint8Array | null;

export function tableKinds({ data }: Evidence): TableKind[] {
  const database = new DatabaseSync(join(data, "log.db"), { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    return (tables as { name: string }[]).flatMap(({ name }) => {
      const columns = database.prepare(`SELECT name FROM pragma_table_info('${name}')`).all() as { name: string }[];
      const { n } = database.prepare(`SELECT count(*) AS n FROM "${name}"`).get() as { n: number };
      return n === 0 ? [] : [{ name, columns: columns.map((column) => column.name) }];
    });
  } finally {
    database.close();
  }
}

export async function tamperRows(
  { data, logKey, anchor }: Evidence,
  table: TableKind,
  count: number,
  chance: Chance,
  misses: (text: string) => void,
): Promise<FlipFigures> {
  const path = join(data, "log.db");
  const whole = readFileSync(path);
  const codes = new Set<string>();
  let [flips, named] = [0, 0];
  while (flips < count) {
    const what = changeOne(path, table, chance);
    if (what === undefined) continue;
    flips += 1;
    const found = await verifyNames(data, logKey, anchor).catch((error: Error) => {
      misses(`table ${table.name}: ${what}: the verifier crashed: ${error.message}`);
      return undefined;
    });
    writeFileSync(path, whole);
    if (found === undefined) misses(`table ${table.name}: ${what}: nobody noticed`);
    else {
      named += 1;
      codes.add(found);
    }
  }
  return { flips, named, harmless: 0, codes: [...codes] };
}

/** Says what it changed; undefined when the database would not have it (a constraint). */
function changeOne(path: string, { name, columns }: TableKind, chance: Chance): string | undefined {
  const database = new DatabaseSync(path);
  try {
    // The -wal would stay behind as a file of its own.
    database.exec("PRAGMA journal_mode = DELETE");
    const { n } = database.prepare(`SELECT count(*) AS n FROM "${name}"`).get() as { n: number };
    const offset = Math.floor(chance.uniform() * n);
    const row = database.prepare(`SELECT rowid AS trial_row, * FROM "${name}" LIMIT 1 OFFSET ${offset}`).get();
    const column = columns[Math.floor(chance.uniform() * columns.length)] as string;
    const { trial_row: at, [column]: value } = row as Record<string, Value>;
    const other = changed(value ?? null, chance);
    database.prepare(`UPDATE "${name}" SET "${column}" = ? WHERE rowid = ?`).run(other, at ?? null);
    return `${column} of row ${String(at)}`;
  } catch {
    return undefined;
  } finally {
    // Back to what the log's own writer leaves, so that only the value differs.
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
  }
}

function changed(value: Value, chance: Chance): Value {
  if (value === null) return 0;
  if (typeof value === "number" || typeof value === "bigint")
    return Number(value) ^ (1 << Math.floor(chance.uniform() * 16));
  const bytes = Buffer.from(value as string | Uint8Array);
  if (bytes.length === 0) return typeof value === "string" ? "x" : Buffer.of(0);
  const place = Math.floor(chance.uniform() * bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(chance.uniform() * (typeof value === "string" ? 5 : 8)));
  return typeof value === "string" ? bytes.toString("latin1") : bytes;
}
