/**
 * Whole structures tampered with: deleted, doubled, swapped, cut off, appended, rolled back, spliced, signed anew. Each
 * works on a fresh copy of the data folder or of one file, and has to be named against the outside anchor.
 */
import { generateKeyPairSync, sign } from "node:crypto";
import { appendFileSync, copyFileSync, cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openLog } from "@twinward/evidence";
import { type Chance, ManualClock } from "@twinward/kernel";
import {
  bundlePath,
  formatCheckpoint,
  parseCheckpoint,
  parseNote,
  signNote,
  tilePath,
  tilesOf,
  verifierKeyOf,
} from "@twinward/tlog";

/** What an attempt may use. */
export interface Copies {
  /** A fresh copy of the data folder, to be tampered with. */
  readonly data: string;
  readonly older: string;
  readonly foreign: string;
  readonly chance: Chance;
}

export type Structural = (copies: Copies) => void | Promise<void>;

const HASH_BYTES = 32;
const LATER_MS = Date.UTC(2026, 2, 1);

const below = (bound: number, chance: Chance) => Math.floor(chance.uniform() * bound);
const pick = <Item>(items: readonly Item[], chance: Chance): Item => items[below(items.length, chance)] as Item;

function sql(dir: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(join(dir, "log.db"));
  try {
    database.exec("PRAGMA journal_mode = DELETE");
    work(database);
  } finally {
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
  }
}

const sizeOf = (database: DatabaseSync) =>
  (database.prepare("SELECT count(*) AS n FROM entry").get() as { n: number }).n;

/** Indexes of two different entries, neither the first. */
function two(database: DatabaseSync, chance: Chance): [number, number] {
  const size = sizeOf(database);
  const one = 1 + below(size - 2, chance);
  return [one, one + 1 + below(size - one - 1, chance)];
}

const exchange = (database: DatabaseSync, table: string, [a, b]: readonly [number, number]) =>
  database.exec(`UPDATE ${table} SET idx = -1 WHERE idx = ${a};
    UPDATE ${table} SET idx = ${a} WHERE idx = ${b};
    UPDATE ${table} SET idx = ${b} WHERE idx = -1`);

const LOG: Readonly<Record<string, Structural>> = {
  "delete an entry": ({ data, chance }) =>
    sql(data, (database) => database.exec(`DELETE FROM entry WHERE idx = ${two(database, chance)[0]}`)),
  "delete a body": ({ data, chance }) =>
    sql(data, (database) =>
      database.exec(
        `DELETE FROM body WHERE idx = (SELECT idx FROM body LIMIT 1 OFFSET ${below(sizeOf(database) / 4, chance)})`,
      ),
    ),
  "double an entry": ({ data, chance }) =>
    sql(data, (database) =>
      database.exec(`INSERT INTO entry (idx, kind, bytes) SELECT ${sizeOf(database)}, kind, bytes FROM entry
        WHERE idx = ${two(database, chance)[0]}`),
    ),
  "swap two entries": ({ data, chance }) => sql(data, (database) => exchange(database, "entry", two(database, chance))),
  "swap two bodies": ({ data, chance }) =>
    sql(data, (database) => {
      const rows = database.prepare("SELECT idx FROM body ORDER BY idx").all() as { idx: number }[];
      const at = below(rows.length - 1, chance);
      exchange(database, "body", [(rows[at] as { idx: number }).idx, (rows[at + 1] as { idx: number }).idx]);
    }),
  "cut off the newest entries": ({ data, chance }) =>
    sql(data, (database) => {
      const from = sizeOf(database) - 1 - below(20, chance);
      database.exec(`DELETE FROM entry WHERE idx >= ${from}; DELETE FROM body WHERE idx >= ${from}`);
    }),
  "cut the file at a page": ({ data }) => {
    const path = join(data, "log.db");
    truncateSync(path, Math.floor(readFileSync(path).length / 2 / 4096) * 4096);
  },
  "cut the file inside a page": ({ data, chance }) => {
    const path = join(data, "log.db");
    truncateSync(path, 1 + below(readFileSync(path).length - 1, chance));
  },
  "append an entry": ({ data, chance }) =>
    sql(data, (database) =>
      database
        .prepare("INSERT INTO entry (idx, kind, bytes) VALUES (?, 'tick', ?)")
        .run(sizeOf(database), chance.bytes(40)),
    ),
  "splice an entry of another log": ({ data, foreign, chance }) => {
    const other = new DatabaseSync(join(foreign, "log.db"), { readOnly: true });
    const at = 1 + below(100, chance);
    const { bytes } = other.prepare("SELECT bytes FROM entry WHERE idx = ?").get(at) as { bytes: Uint8Array };
    other.close();
    sql(data, (database) => database.prepare("UPDATE entry SET bytes = ? WHERE idx = ?").run(bytes, at));
  },
  "roll back log.db": ({ data, older }) => copyFileSync(join(older, "log.db"), join(data, "log.db")),
  "another table": ({ data }) => sql(data, (database) => database.exec("CREATE TABLE more (x INTEGER) STRICT")),
};

const WHOLE: Readonly<Record<string, Structural>> = {
  "roll back all": ({ data, older }) => replaceFolder(data, older),
  "another log of the same site": ({ data, foreign }) => replaceFolder(data, foreign),
  "another log's checkpoint and key": ({ data, foreign }) => {
    for (const path of ["checkpoint", join("keys", "log.key")]) copyFileSync(join(foreign, path), join(data, path));
  },
  "roll back all, then grow past the anchor with the log's own key": async ({ data, older }) => {
    replaceFolder(data, older);
    await grow(data, 60);
  },
  "roll back all, then grow to the anchor's very size": async ({ data, older }) => {
    const size = entriesIn(data);
    replaceFolder(data, older);
    await grow(data, size - entriesIn(data));
  },
  "lose all data keys": ({ data }) => rmSync(join(data, "keys", "data"), { recursive: true }),
};

/**
 * Tiles or entry bundles of the present head with two records at least. Partial ones of an earlier head may lie beside them;
 * nobody needs those any more, so that deleting one means nothing.
 */
function filesOf(data: string, isBundle: boolean): string[] {
  const present = [...tilesOf(entriesIn(data))].filter(({ width }) => width > 1);
  const paths = isBundle
    ? present.filter(({ level }) => level === 0).map(({ number, width }) => bundlePath(number, width))
    : present.map(tilePath);
  return paths.map((path) => join(data, path));
}

function onFiles(isBundle: boolean): Readonly<Record<string, Structural>> {
  const one = ({ data, chance }: Copies) => pick(filesOf(data, isBundle), chance);
  const record = (bytes: Uint8Array) => (isBundle ? 2 + (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0) : HASH_BYTES);
  const rewrite = (copies: Copies, change: (bytes: Buffer) => Uint8Array) => {
    const path = one(copies);
    writeFileSync(path, change(readFileSync(path)));
  };
  return {
    delete: (copies) => rmSync(one(copies)),
    "double the first record": (copies) =>
      rewrite(copies, (bytes) => Buffer.concat([bytes.subarray(0, record(bytes)), bytes])),
    "delete the first record": (copies) => rewrite(copies, (bytes) => bytes.subarray(record(bytes))),
    "swap the first two records": (copies) =>
      rewrite(copies, (bytes) => {
        const first = record(bytes);
        const second = first + record(bytes.subarray(first));
        return Buffer.concat([bytes.subarray(first, second), bytes.subarray(0, first), bytes.subarray(second)]);
      }),
    "cut inside a record": (copies) => rewrite(copies, (bytes) => bytes.subarray(0, bytes.length - 5)),
    "append a record": (copies) => rewrite(copies, (bytes) => Buffer.concat([bytes, bytes.subarray(0, record(bytes))])),
    "append a byte": (copies) => appendFileSync(one(copies), "x"),
    empty: (copies) => rewrite(copies, () => Buffer.alloc(0)),
    "another log's file": ({ data, foreign }) => {
      const path = filesOf(data, isBundle)[0] as string;
      copyFileSync(join(foreign, path.slice(data.length)), path);
    },
  };
}

const CHECKPOINT: Readonly<Record<string, Structural>> = {
  delete: ({ data }) => rmSync(join(data, "checkpoint")),
  empty: ({ data }) => writeFileSync(join(data, "checkpoint"), ""),
  "roll back": ({ data, older }) => copyFileSync(join(older, "checkpoint"), join(data, "checkpoint")),
  "another log's": ({ data, foreign }) => copyFileSync(join(foreign, "checkpoint"), join(data, "checkpoint")),
  "append a line": ({ data }) => appendFileSync(join(data, "checkpoint"), "— someone AAAAAAAA\n"),
  "cut at a line": ({ data }) => rewriteHead(data, (note) => note.slice(0, note.lastIndexOf("—"))),
  "signed with another key": ({ data }) => rewriteHead(data, (note) => resigned(note, false)),
  "another root, signed with another key": ({ data }) => rewriteHead(data, (note) => resigned(note, true)),
  "swap two lines": ({ data }) => rewriteHead(data, (note) => note.replace(/^(.*)\n(.*)\n/, "$2\n$1\n")),
  "double it": ({ data }) => rewriteHead(data, (note) => note + note),
};

export const STRUCTURAL: Readonly<Record<string, Readonly<Record<string, Structural>>>> = {
  "log.db": LOG,
  "whole folder": WHOLE,
  tiles: onFiles(false),
  "entry bundles": onFiles(true),
  checkpoint: CHECKPOINT,
};

function rewriteHead(data: string, change: (note: string) => string): void {
  const path = join(data, "checkpoint");
  writeFileSync(path, change(readFileSync(path, "utf8")));
}

/** The same head, or one of the same size with another root, under a key that only carries the log's name. */
function resigned(note: string, isForked: boolean): string {
  const parsed = parseNote(note) as { text: string };
  const head = parseCheckpoint(parsed.text) as { origin: string; size: number; root: Uint8Array };
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = new Uint8Array(publicKey.export({ type: "spki", format: "der" }).subarray(-32));
  const key = verifierKeyOf(head.origin, raw);
  const root = isForked ? Uint8Array.from(head.root, (byte) => byte ^ 255) : head.root;
  return signNote(formatCheckpoint({ ...head, root }), [{ key, sign: (message) => sign(null, message, privateKey) }]);
}

function replaceFolder(data: string, by: string): void {
  rmSync(data, { recursive: true });
  cpSync(by, data, { recursive: true });
}

function entriesIn(data: string): number {
  const database = new DatabaseSync(join(data, "log.db"), { readOnly: true });
  try {
    return sizeOf(database);
  } finally {
    database.close();
  }
}

/** Honest work on a folder that was rolled back, by somebody who has its keys. */
async function grow(data: string, entries: number): Promise<void> {
  const log = await openLog({ dir: data, clock: new ManualClock(LATER_MS) });
  const facts = { mode: "maintenance" };
  await log.appendAll({ drafts: Array.from({ length: entries }, () => ({ kind: "mode", facts }) as const) });
  await log.stop();
}
