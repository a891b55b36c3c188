/** The real log in a temporary folder, with a disk that can be full and a look at what went to quarantine; for tests. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, type LogKeeper, openLog } from "@twinward/evidence";
import type { Clock } from "@twinward/kernel";
import { DiskFull } from "@twinward/store";

/** In memory where there is such a folder: these tests ask what is written, not whether the disk keeps it. */
const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export class TestLog {
  readonly dir: string;
  readonly quarantined: { readonly source: string; readonly code: string }[] = [];
  /** Set to make every commit fail for want of space. */
  full = false;
  readonly #clock: Clock;
  #keeper: LogKeeper | undefined;

  constructor(clock: Clock, name: string) {
    this.dir = mkdtempSync(join(SCRATCH, `twinward-${name}-`));
    this.#clock = clock;
  }

  get keeper(): LogKeeper {
    if (this.#keeper === undefined) throw new Error("the log is not open");
    return this.#keeper;
  }

  /** Opens the log, or makes it the first time; a running one is stopped first. */
  async open(): Promise<LogKeeper> {
    const isNew = this.#keeper === undefined;
    await this.#keeper?.stop();
    const options = { dir: this.dir, clock: this.#clock, durable: this.#durable };
    const keeper = isNew
      ? await createLog({ ...options, site: "c-town", timeBase: "simulated" })
      : await openLog(options);
    const quarantine = keeper.quarantine.bind(keeper);
    keeper.quarantine = (source, code, frame) => {
      this.quarantined.push({ source, code });
      quarantine(source, code, frame);
    };
    this.#keeper = keeper;
    return keeper;
  }

  async close(): Promise<void> {
    await this.#keeper?.stop();
    rmSync(this.dir, { recursive: true });
  }

  readonly #durable = (step: string, run: () => void): void => {
    if (this.full && step === "commit") throw new DiskFull("test", new Error("ENOSPC"));
    run();
  };
}
