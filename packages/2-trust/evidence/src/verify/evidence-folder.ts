/**
 * A data folder as an auditor opens it: nothing is written, and beside a running server the files are listed before the
 * database is read, so that the database is never older than what is compared with it.
 */
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type DatabaseSnapshot, openSnapshot } from "@twinward/store";
import { type DataFolder, dataFolder } from "../layout.ts";

export interface EvidenceFolder {
  readonly folder: DataFolder;
  /** The checkpoint file's text; undefined when there is none or it is no text. */
  readonly checkpoint: string | undefined;
  /** Every file in the folder, by its path inside it with `/`. */
  readonly files: readonly string[];
  readonly snapshot: DatabaseSnapshot;
  /** True when the database was not at rest: derived files may be a moment behind. */
  readonly lagging: boolean;
}

/** Files that show that a folder is, or was, a data folder. */
const SIGNS = ["log.db", "checkpoint", "tile", join("keys", "log.key")];

export function isDataFolder(dir: string): boolean {
  return SIGNS.some((sign) => existsSync(join(dir, sign)));
}

/** Throws a TwinwardError `DATABASE_UNUSABLE` when log.db cannot be read at all. */
export function openEvidence(dir: string): EvidenceFolder {
  const folder = dataFolder(dir);
  const files = filesUnder(dir, dir);
  const checkpoint = readText(folder.checkpoint);
  const snapshot = openSnapshot(folder.database);
  return { folder, checkpoint, files, snapshot, lagging: snapshot.how !== "immutable" };
}

/** The file's text; undefined when it is missing. What is not UTF-8 becomes a text that no check accepts. */
export function readText(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(readFileSync(path));
}

function filesUnder(dir: string, root: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    const state = lstatSync(path, { throwIfNoEntry: false });
    if (state?.isDirectory()) return filesUnder(path, root);
    return state === undefined ? [] : [relative(root, path).split(sep).join("/")];
  });
}
