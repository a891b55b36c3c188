/**
 * Derived files are written beside the work, off the main thread: nobody waits for them, because start can make them
 * again. They are still whole or not there, and synced.
 */
import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { DurabilityLost, PRIVATE_FILE, PRIVATE_FOLDER, UNFINISHED } from "@twinward/store";

/** `folders` are those known to exist; this one is added. Throws DurabilityLost. */
export async function writeInBackground(
  path: string,
  bytes: Uint8Array | string,
  folders: Set<string> = new Set(),
  before: () => void = () => {},
): Promise<void> {
  try {
    before();
    const folder = dirname(path);
    if (!folders.has(folder)) await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
    folders.add(folder);
    const file = await open(path + UNFINISHED, "w", PRIVATE_FILE);
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(path + UNFINISHED, path);
  } catch (cause) {
    throw new DurabilityLost(`cannot store ${path}`, cause);
  }
}

/** How often a file that changes with every group is written at most. */
export const NEWEST_EVERY_MS = 200;

/** A file of which only the newest form matters. */
export class NewestFile {
  readonly #path: string;
  readonly #write: (path: string, text: string) => Promise<void>;
  readonly #onLost: (error: unknown) => void;
  #next: string | undefined;
  #writing: Promise<void> | undefined;

  constructor(path: string, write: (path: string, text: string) => Promise<void>, onLost: (error: unknown) => void) {
    this.#path = path;
    this.#write = write;
    this.#onLost = onLost;
  }

  /** Soon the file holds `text`, or something newer. */
  put(text: string): void {
    this.#next = text;
    this.#writing ??= this.#run().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #run(): Promise<void> {
    try {
      while (this.#next !== undefined) {
        const text = this.#next;
        this.#next = undefined;
        await this.#write(this.#path, text);
        await pause();
      }
    } catch (error) {
      this.#onLost(error);
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, NEWEST_EVERY_MS));
}
