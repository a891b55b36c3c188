/** Durable files and SQLite, opened the one safe way. */
export { commit, type DatabaseOptions, openDatabase, type SqliteDatabase } from "./database.ts";
export { DiskFull, DurabilityLost } from "./durability.ts";
export { holdExclusively } from "./exclusive-lock.ts";
export {
  destroyDurably,
  makeFolder,
  PRIVATE_FILE,
  PRIVATE_FOLDER,
  replaceFile,
  syncFolder,
  UNFINISHED,
  writeDurably,
} from "./file.ts";
export { type DatabaseSnapshot, openSnapshot } from "./snapshot.ts";
