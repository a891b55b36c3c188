/**
 * Files that are whole or not there, and files that are gone when we say so.
 *
 * Invariant: at every instant, a path written here holds its old bytes or its new bytes, never a mixture.
 */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { DurabilityLost } from "./durability.ts";

/** Only the owner: for keys, credentials and everything that holds readings. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

/** Ends the name of a file that is being written; whoever finds one after a crash may remove it. */
export const UNFINISHED = ".unfinished";

/** Writes the whole file so that it survives a power cut once this returns. Throws DurabilityLost. */
export function writeDurably(path: string, bytes: Uint8Array | string, mode: number = PRIVATE_FILE): void {
  lostUnless(`cannot store ${path}`, () => {
    writeUnfinished(path, bytes, mode, true);
    // Dying here leaves the old file and an unfinished one beside it.
    renameSync(path + UNFINISHED, path);
    // Dying here leaves the new file or, after a power cut, perhaps still the old one.
    syncFolder(dirname(path));
  });
}

/** Replaces the file in one step without waiting for the disk: for what can be made again from something durable. */
export function replaceFile(path: string, bytes: Uint8Array | string, mode: number = PRIVATE_FILE): void {
  lostUnless(`cannot replace ${path}`, () => {
    writeUnfinished(path, bytes, mode, false);
    renameSync(path + UNFINISHED, path);
  });
}

/** Overwrites, unlinks and syncs the folder: the bytes are gone from the file system's own copies. */
export function destroyDurably(path: string): void {
  lostUnless(`cannot destroy ${path}`, () => {
    const size = statSync(path).size;
    const file = openSync(path, "r+");
    try {
      writeAll(file, new Uint8Array(size));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // Dying here leaves a file of zeroes, which opens nothing.
    unlinkSync(path);
    syncFolder(dirname(path));
  });
}

/** Makes the folder and those above it, each only for its owner, whatever the umask. */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: PRIVATE_FOLDER });
}

/** Makes names created, renamed or removed in the folder survive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function writeUnfinished(path: string, bytes: Uint8Array | string, mode: number, sync: boolean): void {
  const unfinished = path + UNFINISHED;
  const file = openSync(unfinished, "w", mode);
  try {
    // The umask may have taken away bits that the caller asked for.
    fchmodSync(file, mode);
    writeAll(file, typeof bytes === "string" ? Buffer.from(bytes) : bytes);
    if (sync) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written, bytes.length - written);
}

function lostUnless(what: string, run: () => void): void {
  try {
    run();
  } catch (cause) {
    throw new DurabilityLost(what, cause);
  }
}
