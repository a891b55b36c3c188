/**
 * Output files appear whole or not at all: they are written beside their place and renamed when complete, so that a
 * stopped run never leaves half a file that looks finished.
 */
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";

export class WholeFile {
  readonly #path: string;
  readonly #draft: string;
  readonly #stream: WriteStream;

  private constructor(path: string) {
    this.#path = path;
    this.#draft = `${path}.${process.pid}.part`;
    this.#stream = createWriteStream(this.#draft);
    // A full disk is told by the next write or by `done`, not by an event nobody hears.
    this.#stream.on("error", () => {});
  }

  static async at(path: string): Promise<WholeFile> {
    await mkdir(dirname(path), { recursive: true });
    return new WholeFile(path);
  }

  async line(text: string): Promise<void> {
    if (this.#stream.errored) throw this.#stream.errored;
    if (!this.#stream.write(`${text}\n`)) await new Promise<void>((resolve) => this.#stream.once("drain", resolve));
  }

  async done(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
    await rename(this.#draft, this.#path);
  }

  async abandon(): Promise<void> {
    this.#stream.destroy();
    await rm(this.#draft, { force: true });
  }
}
