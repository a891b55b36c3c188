/**
 * Start: go on with an existing data folder.
 *
 * The database is the truth. Start makes everything derived agree with it (tiles, the checkpoint file), finishes erasures
 * and rotations that a crash interrupted, and refuses to go on when a head known inside or outside is not part of it:
 * a log never continues under its origin after a rollback.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isRefusal } from "@twinward/kernel";
import {
  holdExclusively,
  makeFolder,
  openDatabase,
  replaceFile,
  type SqliteDatabase,
  UNFINISHED,
  writeDurably,
} from "@twinward/store";
import { decodeEntry } from "./entry-bytes.ts";
import { carryOutErasure, erasedOf } from "./erasure.ts";
import { EvidenceError } from "./error.ts";
import { GrowingTree } from "./growing-tree.ts";
import { headRelation } from "./head-relation.ts";
import type { LogKeeper, LogOptions } from "./keeper.ts";
import { type DataFolder, dataFolder } from "./layout.ts";
import { currentTerm, type LogIdentity } from "./log-key.ts";
import { LogSigner } from "./log-signer.ts";
import { type Head, identityOfRows } from "./reader.ts";
import { RunningLog } from "./running-log.ts";
import { type EntryRow, isLogDatabase } from "./tables.ts";

/** Throws LOG_MISSING, LOG_IN_USE, LOG_DAMAGED, LOG_KEY_MISSING, or LOG_ROLLED_BACK, which names `evidence recover`. */
export async function openLog(options: LogOptions): Promise<LogKeeper> {
  const folder = dataFolder(options.dir);
  if (!existsSync(folder.database)) throw new EvidenceError("LOG_MISSING", `${options.dir} is no data folder`);
  const letGo = keep(folder);
  const database = openDatabase(folder.database);
  try {
    return start(folder, database, options, letGo);
  } catch (error) {
    database.close();
    letGo();
    throw error;
  }
}

/** Two writers would each sign heads that the other contradicts. */
export function keep(folder: DataFolder): () => void {
  makeFolder(dirname(folder.keeperLock));
  const letGo = holdExclusively(folder.keeperLock);
  if (letGo === undefined) throw new EvidenceError("LOG_IN_USE", `another process keeps the log in ${folder.dir}`);
  return letGo;
}

function start(folder: DataFolder, database: SqliteDatabase, options: LogOptions, letGo: () => void): LogKeeper {
  if (!isLogDatabase(database)) throw new EvidenceError("LOG_DAMAGED", `${folder.database} is no log`);
  const onRepair = options.onRepair ?? (() => {});
  removeUnfinished(folder);
  const identity = identityOfRows(database);
  const signer = new LogSigner(folder, currentTerm(identity));
  const tree = new GrowingTree(folder.dir, database, { onRepair });
  growChecked(tree, sizeOf(database), folder, identity, onRepair);
  checkAnchor(options.checkpointOut, tree, identity);
  finishErasures(database, folder);
  // Partial ones too: with nothing new to write the folder is at rest, and must be whole, from here on.
  const made = tree.tiles.complete(tree.tree.size);
  for (const path of made.filter((file) => !file.includes(".p/"))) onRepair(`${path} was made again`);
  const head = signer.sign(tree.tree.size, tree.tree.root());
  publish(head, folder, options);
  return new RunningLog({ folder, database, tree, signer, options, letGo }, head);
}

function sizeOf(database: SqliteDatabase): number {
  const { size } = database.prepare("SELECT coalesce(max(idx) + 1, 0) AS size FROM entry").get() as { size: number };
  return size;
}

/** Starts the tree from the tiles and checks it against the folder's own newest checkpoint; tiles that lie are remade. */
function growChecked(
  tree: GrowingTree,
  size: number,
  folder: DataFolder,
  identity: LogIdentity,
  onRepair: (what: string) => void,
): void {
  tree.startAt(size);
  const note = existsSync(folder.checkpoint) ? readFileSync(folder.checkpoint, "utf8") : undefined;
  const relation = note === undefined ? undefined : headRelation(note, identity, size, () => tree.tree);
  if (relation === "within" || relation === "lost") return;
  if (relation === "beyond") throw rolledBack(folder.checkpoint, "the log is shorter than its own checkpoint");
  // Without a checkpoint to hold them against, tiles are believed only after they were made from the entries.
  onRepair(
    `${relation === "forked" ? "tiles and checkpoint disagree" : "there was no readable checkpoint"}: tiles made again`,
  );
  tree.tiles.forgetAll();
  tree.startAt(size);
  if (relation === "forked" && headRelation(note ?? "", identity, size, () => tree.tree) !== "within") {
    throw new EvidenceError("LOG_DAMAGED", "the entries are not those that the checkpoint was signed over");
  }
}

/** The log must extend the head that is kept outside. */
function checkAnchor(path: string | undefined, tree: GrowingTree, identity: LogIdentity): void {
  if (path === undefined || !existsSync(path)) return;
  const relation = headRelation(readFileSync(path, "utf8"), identity, tree.tree.size, () => tree.tree);
  if (isRefusal(relation)) throw rolledBack(path, `it is no checkpoint of this log (${relation.code})`);
  if (relation === "beyond") throw rolledBack(path, "it names entries that the log does not have");
  if (relation === "forked") throw rolledBack(path, "the log has other entries than it names");
}

function rolledBack(path: string, what: string): EvidenceError {
  return new EvidenceError("LOG_ROLLED_BACK", `the log does not extend the checkpoint ${path}: ${what}`);
}

function finishErasures(database: SqliteDatabase, folder: DataFolder): void {
  const rows = database
    .prepare("SELECT bytes FROM entry WHERE kind = 'erased' AND kind <> 'frame' ORDER BY idx")
    .all() as EntryRow[];
  for (const { bytes } of rows) {
    const content = decodeEntry(bytes);
    const erased = isRefusal(content) ? undefined : erasedOf(content.facts);
    if (erased !== undefined) carryOutErasure(erased, database, folder.dataKeys);
  }
}

function publish(head: Head, folder: DataFolder, options: LogOptions): void {
  replaceFile(folder.checkpoint, head.note);
  if (options.checkpointOut !== undefined) writeDurably(options.checkpointOut, head.note);
}

/** What a crash left half written; a half-written data key is also a secret. */
function removeUnfinished(folder: DataFolder): void {
  for (const dir of [folder.keys, folder.tiles]) {
    if (!existsSync(dir)) continue;
    for (const path of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
      if (path.endsWith(UNFINISHED)) rmSync(join(dir, path));
    }
  }
  rmSync(folder.checkpoint + UNFINISHED, { force: true });
}
