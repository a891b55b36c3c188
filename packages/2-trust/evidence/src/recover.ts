/**
 * After a restore: go on under a new origin that names the old head and the lost range.
 *
 * A log never continues under its origin after a rollback, because two different trees would then carry one name. The
 * entries that are left keep their places; entry `kept` is the recovery, signed by the old key and the new one.
 */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { type Clock, equalBytes, isRefusal, UsageError } from "@twinward/kernel";
import { commit, openDatabase, type SqliteDatabase, writeDurably } from "@twinward/store";
import { type Checkpoint, formatVerifierKey, openCheckpoint, parseVerifierKey, verifierKeyOf } from "@twinward/tlog";
import { NONCE_PREFIX_BYTES } from "./body.ts";
import { originOf } from "./create.ts";
import { EvidenceError } from "./error.ts";
import { EntryWriter, readyDraft } from "./group.ts";
import { GrowingTree } from "./growing-tree.ts";
import { type DataFolder, dataFolder } from "./layout.ts";
import { currentTerm, generateLogKey, readLogKey, recoveryStatement, verifyEd25519 } from "./log-key.ts";
import { keep, openLog } from "./open.ts";
import { identityOfRows } from "./reader.ts";
import { isLogDatabase } from "./tables.ts";

export interface RecoverOptions {
  readonly dir: string;
  /** Path of the newest checkpoint known outside, which the restored log does not extend. */
  readonly checkpoint: string;
  /** C2SP verifier key of the log, from outside. */
  readonly logKey: string;
  readonly clock: Clock;
}

export interface Recovery {
  readonly oldOrigin: string;
  readonly newOrigin: string;
  /** Verifier key of the new origin. */
  readonly logKey: string;
  /** Entries that are kept: [0, kept). */
  readonly kept: number;
  /** Size of the old head; entries [kept, lostTo) are lost. */
  readonly lostTo: number;
  readonly checkpoint: string;
}

/** Throws LOG_IN_USE, or a UsageError when the log extends the checkpoint or the key given did not sign it. */
export async function recover(options: RecoverOptions): Promise<Recovery> {
  const folder = dataFolder(options.dir);
  if (!existsSync(folder.database)) throw new UsageError(`${options.dir} is not a data folder`);
  const lostHead = readHead(options);
  // Behind the back of a running server the entry would take a place that the server is about to give away.
  const letGo = keep(folder);
  const database = openDatabase(folder.database);
  let done: Omit<Recovery, "checkpoint">;
  try {
    if (!isLogDatabase(database)) throw new EvidenceError("LOG_DAMAGED", `${folder.database} is no log`);
    done = appendRecovery(folder, database, lostHead, options.clock);
  } finally {
    database.close();
    letGo();
  }
  // Dying here: the entry is durable; start takes the new key into use and signs under the new origin.
  const log = await openLog({ dir: options.dir, clock: options.clock });
  const checkpoint = log.checkpoint();
  await log.stop();
  return { ...done, checkpoint };
}

function readHead({ checkpoint, logKey }: RecoverOptions): Checkpoint {
  if (!existsSync(checkpoint)) throw new UsageError(`there is no ${checkpoint}`);
  const key = parseVerifierKey(logKey);
  if (isRefusal(key)) throw new UsageError(`not a verifier key: ${key.detail}`);
  const head = openCheckpoint(readFileSync(checkpoint, "utf8"), [key], verifyEd25519);
  if (isRefusal(head)) throw new UsageError(`${checkpoint} is not signed by the key given: ${head.detail}`);
  return head;
}

function appendRecovery(
  folder: DataFolder,
  database: SqliteDatabase,
  lostHead: Checkpoint,
  clock: Clock,
): Omit<Recovery, "checkpoint"> {
  const identity = identityOfRows(database);
  const before = currentTerm(identity);
  if (before.origin !== lostHead.origin)
    throw new UsageError(`the checkpoint is of ${lostHead.origin}, not of this log`);
  const { kept } = database.prepare("SELECT max(idx) + 1 AS kept FROM entry").get() as { kept: number };
  refuseExtending(folder, database, kept, lostHead);
  const oldPair = readLogKey(folder.logKey);
  const newOrigin = originOf(identity.site, randomBytes);
  const newPair = generateLogKey();
  const to = verifierKeyOf(newOrigin, newPair.publicKey);
  const lost = { oldSize: lostHead.size, oldRoot: lostHead.root, kept };
  const statement = new TextEncoder().encode(recoveryStatement(before.key, to, lost));
  writeDurably(folder.nextLogKey, newPair.pem);
  const facts = {
    old: formatVerifierKey(before.key),
    new: formatVerifierKey(to),
    ...lost,
    signatures: [oldPair.sign(statement), newPair.sign(statement)],
  };
  const draft = readyDraft({ kind: "recovery", facts }, clock.nowMs(), undefined, randomBytes);
  commit(database, () => new EntryWriter(database, randomBytes(NONCE_PREFIX_BYTES)).place(draft, kept));
  return { oldOrigin: before.origin, newOrigin, logKey: formatVerifierKey(to), kept, lostTo: lostHead.size };
}

/** A log that extends the head has lost nothing. */
function refuseExtending(folder: DataFolder, database: SqliteDatabase, kept: number, head: Checkpoint): void {
  if (head.size > kept) return;
  const tree = new GrowingTree(folder.dir, database).grownTo(kept);
  if (equalBytes(tree.root(head.size), head.root)) {
    throw new UsageError("the log extends this checkpoint: nothing is lost and nothing is to be recovered");
  }
}
