/** After a restore: goes on under a new origin that names the old head and the lost range. */
import { type Clock, TwinwardError } from "@twinward/kernel";

export interface RecoverOptions {
  readonly dir: string;
  /** Path of the newest checkpoint known outside, which the restored log does not extend. */
  readonly checkpoint: string;
  /** C2SP verifier key of the log, from outside. */
  readonly logKey: string;
  readonly clock: Clock;
}

export interface Recovery {
  readonly oldOrigin: string;
  readonly newOrigin: string;
  /** Verifier key of the new origin. */
  readonly logKey: string;
  /** Entries that are kept: [0, kept). */
  readonly kept: number;
  /** Size of the old head; entries [kept, lostTo) are lost. */
  readonly lostTo: number;
  readonly checkpoint: string;
}

export async function recover(options: RecoverOptions): Promise<Recovery> {
  throw new TwinwardError("NOT_YET", `recover ${options.dir}`);
}
