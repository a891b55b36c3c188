/**
 * Files that hold a secret: mode 0600 from their first byte, whole or absent after a crash.
 *
 * Invariant: at no moment does the file exist with wider rights, and a reader never sees half of it.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { TwinwardError } from "@twinward/kernel";

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const OTHERS = 0o077;

/** @throws Error of node:fs when the disk refuses */
export function writePrivate(path: string, text: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  // `wx` and the mode in one call: no link planted before us is followed, no moment with wider rights.
  const file = openSync(draft, "wx", PRIVATE_FILE);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(folder);
}

/**
 * The text of a private file; undefined when it does not exist.
 * @throws TwinwardError KEY_FILE_MODE when others may read it
 */
export function readPrivate(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if ((stat.mode & OTHERS) !== 0) {
    throw new TwinwardError("KEY_FILE_MODE", `${path} can be read by others than its owner`, {
      remedy: `chmod 600 ${path}, and think about who may have copied it`,
    });
  }
  return readFileSync(path, "utf8");
}

/** Durable: the file does not come back after a power cut. */
export function removePrivate(path: string): void {
  rmSync(path, { force: true });
  syncFolder(dirname(path));
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
