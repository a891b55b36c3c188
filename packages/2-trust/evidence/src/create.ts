/** A new data folder with entry 0 in its log. */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { toHex } from "@twinward/kernel";
import { commit, makeFolder, openDatabase, PRIVATE_FOLDER, writeDurably } from "@twinward/store";
import { formatVerifierKey, verifierKeyOf } from "@twinward/tlog";
import { NONCE_PREFIX_BYTES } from "./body.ts";
import { EvidenceError } from "./error.ts";
import { EntryWriter, readyDraft } from "./group.ts";
import type { CreateLogOptions, LogKeeper } from "./keeper.ts";
import { type DataFolder, dataFolder } from "./layout.ts";
import { generateLogKey } from "./log-key.ts";
import { openLog } from "./open.ts";
import { createTables, isLogDatabase } from "./tables.ts";

const FORMAT_VERSION = 1;
const ORIGIN_RANDOM_BYTES = 8;

/** Throws LOG_EXISTS when `dir` already holds a log, LOG_ROLLED_BACK when `checkpointOut` names the head of another one. */
export async function createLog(options: CreateLogOptions): Promise<LogKeeper> {
  const folder = dataFolder(options.dir);
  refuseExisting(folder);
  if (options.checkpointOut !== undefined && existsSync(options.checkpointOut)) {
    // Starting over in an empty folder is the greatest rollback of all.
    throw new EvidenceError("LOG_ROLLED_BACK", `${options.checkpointOut} names a log that is not in ${options.dir}`);
  }
  for (const dir of [folder.dir, folder.keys, folder.dataKeys]) makeFolder(dir);
  chmodSync(folder.dir, PRIVATE_FOLDER);
  const pair = generateLogKey();
  const secretBytes = options.secretBytes ?? randomBytes;
  const origin = originOf(options.site, secretBytes);
  writeDurably(folder.logKey, pair.pem);
  // Dying here: a key without a log; the next try replaces it.
  const keys = { ...options.keys, log: formatVerifierKey(verifierKeyOf(origin, pair.publicKey)) };
  const facts = { format: FORMAT_VERSION, origin, site: options.site, timeBase: options.timeBase, keys };
  const draft = readyDraft({ kind: "genesis", facts }, options.clock.nowMs(), undefined, secretBytes);
  const database = openDatabase(folder.database);
  commit(database, () => {
    createTables(database);
    new EntryWriter(database, secretBytes(NONCE_PREFIX_BYTES)).place(draft, 0);
  });
  // Dying here: a log of one entry, which start opens.
  database.close();
  return openLog({ ...options, onRepair: () => {} });
}

/** `twinward.example/<site>/<8 random bytes in hexadecimal>`. */
export function originOf(site: string, secretBytes: (length: number) => Uint8Array): string {
  return `twinward.example/${site}/${toHex(secretBytes(ORIGIN_RANDOM_BYTES))}`;
}

/** A database without tables is what a crash at the very beginning leaves; it is replaced. */
function refuseExisting(folder: DataFolder): void {
  if (!existsSync(folder.database)) return;
  // Opened for writing: a kill in the first moments leaves a journal that only a writer can undo.
  const database = openDatabase(folder.database);
  const empty = !isLogDatabase(database) && database.prepare("SELECT count(*) AS n FROM sqlite_schema").get();
  database.close();
  if (!empty || (empty as { n: number }).n > 0)
    throw new EvidenceError("LOG_EXISTS", `${folder.dir} already holds a log`);
  for (const end of ["", "-wal", "-shm"]) rmSync(folder.database + end, { force: true });
}
