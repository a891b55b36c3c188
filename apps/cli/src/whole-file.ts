/**
 * Output files appear whole or not at all: they are written beside their place and renamed when complete, so that a
 * stopped run never leaves half a file that looks finished.
 */
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

const BUFFERED_CHARACTERS_MAX = 64 * 1024;

export class WholeFile {
  readonly #path: string;
  readonly #draft: string;
  readonly #file: FileHandle;
  #lines: string[] = [];
  #characters = 0;

  private constructor(path: string, draft: string, file: FileHandle) {
    this.#path = path;
    this.#draft = draft;
    this.#file = file;
  }

  /** Makes the folder when it is missing; throws at once when nothing can be written there. */
  static async at(path: string): Promise<WholeFile> {
    const draft = `${path}.${process.pid}.part`;
    await mkdir(dirname(path), { recursive: true });
    return new WholeFile(path, draft, await open(draft, "w"));
  }

  async line(text: string): Promise<void> {
    this.#lines.push(text);
    this.#characters += text.length;
    if (this.#characters > BUFFERED_CHARACTERS_MAX) await this.#write();
  }

  async done(): Promise<void> {
    await this.#write();
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#draft, this.#path);
  }

  async abandon(): Promise<void> {
    await this.#file.close();
    await rm(this.#draft, { force: true });
  }

  async #write(): Promise<void> {
    if (this.#lines.length > 0) await this.#file.appendFile(`${this.#lines.join("\n")}\n`);
    this.#lines = [];
    this.#characters = 0;
  }
}
