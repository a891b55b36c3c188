/**
 * Ways to damage or forge a data folder, for tests and trials: single flipped bits in every kind of stored bytes, and the
 * structural ones (delete, swap, cut off, append, roll back, splice, re-sign).
 */
import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import type { Chance } from "@twinward/kernel";
import { openDatabase } from "@twinward/store";

export interface Tampering {
  readonly name: string;
  /** `older`: a copy of the folder from before; `other`: the folder of another log of the same shape. */
  apply(dir: string, chance: Chance, older: string, other: string): void;
}

const below = (chance: Chance, n: number) => Math.floor(chance.uniform() * n);

/** Flips one bit of the file at a random place. Answers where. */
export function flipFile(path: string, chance: Chance): number {
  const bytes = readFileSync(path);
  const at = below(chance, bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << below(chance, 8));
  writeFileSync(path, bytes);
  return at;
}

/** Every file of the folder that matches, by its path inside. */
export function filesOf(dir: string, pattern: RegExp): string[] {
  const paths = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => relative(dir, join(file.parentPath, file.name)));
  return paths.filter((path) => pattern.test(path)).sort();
}

function oneOf<T>(chance: Chance, items: readonly T[]): T {
  const item = items[below(chance, items.length)];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}

function inDatabase(dir: string, change: (database: ReturnType<typeof openDatabase>) => void): void {
  const database = openDatabase(join(dir, "log.db"));
  database.pragma("synchronous = OFF");
  change(database);
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
}

/** Flips one bit of a blob, somewhere in the rows of a table. */
function flipBlob(table: string, column: string): Tampering["apply"] {
  return (dir, chance) =>
    inDatabase(dir, (database) => {
      const rows = database.prepare(`SELECT rowid AS id, ${column} AS bytes FROM ${table}`).all();
      const { id, bytes } = oneOf(chance, rows as { id: number; bytes: Buffer }[]);
      const at = below(chance, bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(chance, 8));
      database.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(bytes, id);
    });
}

const sql = (...statements: readonly string[]): Tampering["apply"] => {
  return (dir) =>
    inDatabase(dir, (database) => {
      for (const statement of statements) database.exec(statement);
    });
};

const file = (pattern: RegExp, change: (path: string, chance: Chance) => void): Tampering["apply"] => {
  return (dir, chance) => change(join(dir, oneOf(chance, filesOf(dir, pattern))), chance);
};

const TILES = /^tile\/[0-9]/;
const BUNDLES = /^tile\/entries/;
const DATA_KEYS = /^keys\/data\//;

export const FLIPS: readonly Tampering[] = [
  { name: "a bit of a tile", apply: file(TILES, flipFile) },
  { name: "a bit of an entry bundle", apply: file(BUNDLES, flipFile) },
  { name: "a bit of the checkpoint", apply: file(/^checkpoint$/, flipFile) },
  { name: "a bit of a data key", apply: file(DATA_KEYS, flipFile) },
  { name: "a bit of an entry", apply: flipBlob("entry", "bytes") },
  { name: "a bit of a body", apply: flipBlob("body", "sealed") },
  { name: "a bit of a state", apply: flipBlob("state", "value") },
  { name: "a bit of a state's digest", apply: flipBlob("state", "digest") },
  { name: "a bit of a quarantined frame", apply: flipBlob("quarantine", "frame") },
];

export const STRUCTURAL: readonly Tampering[] = [
  { name: "an entry deleted", apply: sql("DELETE FROM entry WHERE idx = 17") },
  {
    name: "an entry and its body deleted",
    apply: sql("DELETE FROM entry WHERE idx = 17", "DELETE FROM body WHERE idx = 17"),
  },
  { name: "a body deleted", apply: sql("DELETE FROM body WHERE idx = 17") },
  {
    name: "the last entries cut off",
    apply: sql("DELETE FROM entry WHERE idx > 290", "DELETE FROM body WHERE idx > 290"),
  },
  {
    name: "two entries swapped",
    apply: sql(
      "UPDATE entry SET idx = -1 WHERE idx = 20",
      "UPDATE entry SET idx = 20 WHERE idx = 21",
      "UPDATE entry SET idx = 21 WHERE idx = -1",
    ),
  },
  {
    name: "two bodies swapped",
    apply: sql(
      "UPDATE body SET idx = -1 WHERE idx = 20",
      "UPDATE body SET idx = 20 WHERE idx = 21",
      "UPDATE body SET idx = 21 WHERE idx = -1",
    ),
  },
  {
    name: "an entry twice",
    apply: sql(
      "INSERT INTO entry SELECT (SELECT max(idx) + 1 FROM entry), kind, bytes, NULL, NULL, NULL FROM entry WHERE idx = 1",
    ),
  },
  { name: "a body added", apply: sql("INSERT INTO body SELECT 0, sealed FROM body LIMIT 1") },
  { name: "a body added past the end", apply: sql("INSERT INTO body SELECT 99999, sealed FROM body LIMIT 1") },
  { name: "the kind beside an entry changed", apply: sql("UPDATE entry SET kind = 'tick' WHERE idx = 17") },
  { name: "the device beside an entry changed", apply: sql("UPDATE entry SET device = 'plc9' WHERE idx = 17") },
  { name: "a state removed", apply: sql("DELETE FROM state") },
  { name: "a state of another entry", apply: sql("UPDATE state SET entry = 3") },
  { name: "a table added", apply: sql("CREATE TABLE more (x)") },
  { name: "an index removed", apply: sql("DROP INDEX entry_frame") },
  { name: "a tile removed", apply: file(TILES, (path) => rmSync(path)) },
  { name: "a bundle removed", apply: file(BUNDLES, (path) => rmSync(path)) },
  { name: "a data key removed", apply: file(DATA_KEYS, (path) => rmSync(path)) },
  { name: "the checkpoint removed", apply: file(/^checkpoint$/, (path) => rmSync(path)) },
  { name: "the database removed", apply: file(/^log\.db$/, (path) => rmSync(path)) },
  { name: "a tile cut off at a hash", apply: file(TILES, (path) => truncateSync(path, statSync(path).size - 32)) },
  { name: "a bundle cut off", apply: file(BUNDLES, (path) => truncateSync(path, statSync(path).size - 1)) },
  { name: "a tile made longer", apply: file(TILES, (path) => appendFileSync(path, new Uint8Array(32))) },
  {
    name: "the checkpoint made longer",
    apply: file(/^checkpoint$/, (path) => appendFileSync(path, "— other.example AAAAAAAA\n")),
  },
  { name: "the database cut off", apply: file(/^log\.db$/, (path) => truncateSync(path, 8192)) },
  { name: "a tile added", apply: (dir) => cpSync(join(dir, "tile/0/000"), join(dir, "tile/0/009")) },
  {
    name: "a data key added",
    apply: (dir) => writeFileSync(join(dir, "keys/data/0011223344556677.key"), "x".repeat(40)),
  },
  {
    name: "the checkpoint rolled back",
    apply: (dir, _, older) => cpSync(join(older, "checkpoint"), join(dir, "checkpoint")),
  },
  { name: "the database rolled back", apply: (dir, _, older) => cpSync(join(older, "log.db"), join(dir, "log.db")) },
  { name: "everything rolled back", apply: (dir, _, older) => replaceFolder(dir, older) },
  {
    name: "a tile of another log",
    apply: (dir, _, __, other) => cpSync(join(other, "tile/0/000"), join(dir, "tile/0/000")),
  },
  {
    name: "a bundle of another log",
    apply: (dir, _, __, other) => cpSync(join(other, "tile/entries/000"), join(dir, "tile/entries/000")),
  },
  {
    name: "the checkpoint of another log",
    apply: (dir, _, __, other) => cpSync(join(other, "checkpoint"), join(dir, "checkpoint")),
  },
  {
    name: "the database of another log",
    apply: (dir, _, __, other) => cpSync(join(other, "log.db"), join(dir, "log.db")),
  },
  { name: "an entry of another log", apply: (dir, _, __, other) => spliceEntry(dir, other, 40) },
  { name: "all of another log, signed with its own key", apply: (dir, _, __, other) => replaceFolder(dir, other) },
];

function replaceFolder(dir: string, by: string): void {
  rmSync(dir, { recursive: true });
  cpSync(by, dir, { recursive: true });
}

function spliceEntry(dir: string, other: string, index: number): void {
  inDatabase(dir, (database) => {
    database.exec(`ATTACH '${join(other, "log.db")}' AS other`);
    database.exec(`DELETE FROM entry WHERE idx = ${index}; DELETE FROM body WHERE idx = ${index}`);
    database.exec(`INSERT INTO entry SELECT * FROM other.entry WHERE idx = ${index}`);
    database.exec(`INSERT INTO body SELECT * FROM other.body WHERE idx = ${index}`);
  });
}
