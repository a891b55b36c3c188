/**
 * The keeper of a log: the one process that may write it, with the few powers beyond appending.
 *
 * createLog makes a new data folder, openLog goes on with an existing one, openLogReader only reads (from any thread).
 */
import type { Clock, Refusal, TimeBase, TwinwardError } from "@twinward/kernel";
import type { Receipt } from "./entry.ts";
import type { EvidenceLog } from "./log.ts";

/** The steps that must have reached the disk, in the order of a group. Tests make each of them fail. */
export type DurableStep = "data-key" | "commit" | "checkpoint" | "tile" | "anchor" | "destroy-key";

export interface LogOptions {
  /** The data folder. */
  readonly dir: string;
  /** Stamps arrival times; in simulated and replay logs the run's own clock. */
  readonly clock: Clock;
  /** Secret random bytes for keys, salts and nonces; the operating system's unless a test says otherwise. */
  readonly secretBytes?: (length: number) => Uint8Array;
  /** `--checkpoint-out`: written after each group; at start an existing file is the anchor the log must extend. */
  readonly checkpointOut?: string;
  readonly quarantineFramesMax?: number;
  /** Runs each durable step; tests wrap it to fail before or after. */
  readonly durable?: (step: DurableStep, run: () => void) => void;
  /** Called once when a durable step failed: the process must stop. Unless given, the error is thrown uncaught. */
  readonly onLost?: (error: TwinwardError) => void;
  /** Told in one line when start found derived files missing or behind and made them again. */
  readonly onRepair?: (what: string) => void;
}

export interface CreateLogOptions extends LogOptions {
  /** Site id. */
  readonly site: string;
  readonly timeBase: TimeBase;
  /** Further public keys by purpose (e.g. `ca`), written into entry 0 beside the log's own. */
  readonly keys?: { readonly [purpose: string]: string };
}

/** What to erase: single bodies, or everything under a data key (the only way that also reaches backups). */
export type Erasure = { readonly indexes: readonly number[] } | { readonly dataKey: string };

/**
 * How a checkpoint from outside lies to this log. `beyond` and `forked` mean that this log was rolled back; `lost` that it
 * covers entries which a recovery entry admits as lost.
 */
export type HeadRelation = "within" | "beyond" | "forked" | "lost";

export interface LogKeeper extends EvidenceLog {
  /** Destroys bodies (never entries); answers with the receipt of the `erased` entry that names the authority. */
  erase(what: Erasure, authority: string): Promise<Receipt>;
  /** A new log key; the entry is signed by the old and the new one. */
  rotateLogKey(): Promise<Receipt>;
  /** Judges a checkpoint that somebody outside holds, e.g. out of a device's newest proof. */
  relationTo(checkpoint: string): HeadRelation | Refusal;
  /** The C2SP consistency proof hashes from an older size to the newest checkpoint. */
  consistency(oldSize: number): Uint8Array[];
}
