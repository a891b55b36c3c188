/**
 * A data folder as an auditor opens it: nothing is written, and beside a running server the files are listed before the
 * database is read, so that the database is never older than what is compared with it.
 */
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type DatabaseSnapshot, openSnapshot } from "@twinward/store";
import { EvidenceError } from "../error.ts";
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

/** A checkpoint with all the signatures it may have is shorter; more is not read. */
const TEXT_BYTES_MAX = 256 * 1024;

/** Throws a TwinwardError `DATABASE_UNUSABLE` when log.db cannot be read at all, `LOG_DAMAGED` for a file without end. */
export function openEvidence(dir: string): EvidenceFolder {
  const folder = dataFolder(dir);
  const files = filesUnder(dir, dir);
  const odd = files.find((file) => isEndless(join(dir, file)));
  if (odd !== undefined) throw new EvidenceError("LOG_DAMAGED", `${odd} is no plain file`);
  const checkpoint = readText(folder.checkpoint);
  const snapshot = openSnapshot(folder.database);
  return { folder, checkpoint, files, snapshot, lagging: snapshot.how !== "immutable" };
}

/** The file's text; undefined when it is missing. What is not UTF-8 becomes a text that no check accepts. */
export function readText(path: string): string | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  if (size > TEXT_BYTES_MAX) return "longer than any checkpoint";
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(readFileSync(path));
}

/** A pipe never ends and a device may not either: reading one would hold the auditor for ever. */
function isEndless(path: string): boolean {
  const state = statSync(path, { throwIfNoEntry: false });
  return state !== undefined && !state.isFile() && !state.isDirectory();
}

function filesUnder(dir: string, root: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    const state = lstatSync(path, { throwIfNoEntry: false });
    if (state?.isDirectory()) return filesUnder(path, root);
    return state === undefined ? [] : [relative(root, path).split(sep).join("/")];
  });
}
