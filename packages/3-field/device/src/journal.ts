/**
 * The file under the outbox: append, group fsync, read back, replace.
 *
 * Writes go to the page cache at once; `flush` makes everything written so far durable, and callers that arrive while
 * a flush is under way share the next one. After a failed write or fsync the journal is broken for good: what the disk
 * holds is unknown until it is opened again.
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { assert, TwinwardError } from "@twinward/kernel";
import { syncFolder } from "./durable-file.ts";
import { type JournalScan, scanJournal } from "./journal-record.ts";

/** Makes the file's data durable; another one is passed in where disks fail on purpose. */
export type DataSync = (file: number) => Promise<void>;

const systemDataSync: DataSync = promisify(fdatasync);

export class Journal {
  readonly #path: string;
  readonly #dataSync: DataSync;
  #file: number;
  #end = 0;
  #durableEnd = 0;
  #running: Promise<void> | undefined;
  #queued: Promise<void> | undefined;
  #broken: TwinwardError | undefined;

  private constructor(path: string, file: number, dataSync: DataSync) {
    this.#path = path;
    this.#file = file;
    this.#dataSync = dataSync;
  }

  /** Opens or makes the file, cuts a torn tail off and makes the rest durable. */
  static open(
    path: string,
    dataSync: DataSync = systemDataSync,
  ): { readonly journal: Journal; readonly scan: JournalScan } {
    const file = openSync(path, "a+", 0o600);
    const journal = new Journal(path, file, dataSync);
    const content = journal.read(0, fstatSync(file).size);
    const scan = scanJournal(content);
    if (scan.end < content.length) ftruncateSync(file, scan.end);
    fsyncSync(file);
    syncFolder(dirname(path));
    journal.#end = journal.#durableEnd = scan.end;
    return { journal, scan };
  }

  get end(): number {
    return this.#end;
  }

  /** Everything before this offset survives a power cut. */
  get durableEnd(): number {
    return this.#durableEnd;
  }

  get isFlushing(): boolean {
    return this.#running !== undefined;
  }

  /** Answers the offset at which the record begins. */
  append(record: Uint8Array): number {
    this.#demandWhole();
    const start = this.#end;
    try {
      writeAll(this.#file, record);
    } catch (cause) {
      throw this.#break("write", cause);
    }
    this.#end += record.length;
    return start;
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let got = 0; got < length; ) {
      const more = readSync(this.#file, bytes, got, length - got, offset + got);
      if (more === 0) throw new TwinwardError("OUTBOX_READ", `${this.#path} is shorter than it was`);
      got += more;
    }
    return bytes;
  }

  /** Resolves when everything appended before the call is durable. */
  flush(): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    if (this.#durableEnd === this.#end) return Promise.resolve();
    if (this.#queued !== undefined) return this.#queued;
    if (this.#running === undefined) return this.#sync();
    this.#queued = this.#running.then(() => {
      this.#queued = undefined;
      return this.#sync();
    });
    return this.#queued;
  }

  flushNow(): void {
    this.#demandWhole();
    try {
      fdatasyncSync(this.#file);
    } catch (cause) {
      throw this.#break("fsync", cause);
    }
    this.#durableEnd = this.#end;
  }

  /** Puts a new file with these records in the place of this one; durable when it returns. Not while flushing. */
  replace(records: Iterable<Uint8Array>): void {
    assert(!this.isFlushing, "a journal is not replaced under a flush");
    this.#demandWhole();
    const beside = `${this.#path}.new`;
    const file = openSync(beside, "w+", 0o600);
    let end = 0;
    for (const record of records) {
      writeAll(file, record);
      end += record.length;
    }
    fsyncSync(file);
    closeSync(file);
    // Dying before this line leaves the old file, dying after it the new one; both hold every pending frame.
    renameSync(beside, this.#path);
    syncFolder(dirname(this.#path));
    closeSync(this.#file);
    this.#file = openSync(this.#path, "a+", 0o600);
    this.#end = this.#durableEnd = end;
  }

  async close(): Promise<void> {
    if (this.#broken === undefined) await this.flush();
    closeSync(this.#file);
    this.#broken ??= new TwinwardError("OUTBOX_CLOSED", `${this.#path} is closed`);
  }

  async #sync(): Promise<void> {
    const target = this.#end;
    this.#running = this.#dataSync(this.#file).then(
      () => {
        this.#running = undefined;
        this.#durableEnd = target;
      },
      (cause) => {
        throw this.#break("fsync", cause);
      },
    );
    return this.#running;
  }

  #break(what: string, cause: unknown): TwinwardError {
    const remedy = "look at the disk, then start again: the outbox is read back from it";
    this.#broken = new TwinwardError("OUTBOX_BROKEN", `${what} of ${this.#path} failed`, { cause, remedy });
    return this.#broken;
  }

  #demandWhole(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
