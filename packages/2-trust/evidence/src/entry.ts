/**
 * What goes into the log and what comes back.
 *
 * An entry is a deterministic CBOR map of at most ENTRY_BYTES_MAX bytes and holds only public facts and digests;
 * its body lies beside it, encrypted, so that it can be erased without touching any proof.
 */

/** A C2SP entry bundle length-prefixes with 16 bits. */
export const ENTRY_BYTES_MAX = 65_535;

export const ENTRY_KINDS = [
  "genesis",
  "key-rotation",
  "site",
  "policy",
  "model",
  "notice",
  "mode",
  "device",
  "administrator",
  "signal-table",
  "frame",
  "refusals",
  "tick",
  "judgement",
  "incident",
  "alarm-action",
  "erased",
  "recovery",
] as const;

export type EntryKind = (typeof ENTRY_KINDS)[number];

export type Fact = string | number | boolean | null | Uint8Array | readonly Fact[] | { readonly [name: string]: Fact };

/** Names a frame in its device's chain; unique in the log by a database constraint. */
export interface FrameKey {
  readonly device: string;
  readonly boot: number;
  readonly sequence: number;
  /** Frame digest: SHA-256 of the COSE Sig_structure, 32 bytes. */
  readonly digest: Uint8Array;
  /** Digest of the frame before it in the chain. */
  readonly previous: Uint8Array;
}

export interface EntryDraft {
  readonly kind: EntryKind;
  /** Public facts, written into the entry itself. */
  readonly facts: { readonly [name: string]: Fact };
  /** Encrypted and stored apart; the entry commits to it. */
  readonly body?: Uint8Array;
  /** Which data key encrypts the body, e.g. `class:internal` or `subject:NAME`. Default `class:internal`. */
  readonly dataKey?: string;
  /** Set for kind `frame`: the frame digest is then the commitment to the body. */
  readonly frame?: FrameKey;
}

export interface LogEntry {
  readonly index: number;
  readonly kind: EntryKind;
  /** Arrival time by the log's clock, Unix milliseconds. */
  readonly atMs: number;
  readonly facts: { readonly [name: string]: Fact };
  /** The very bytes that hash to the leaf. */
  readonly bytes: Uint8Array;
  readonly frame: FrameKey | undefined;
}

/** Given only after the group's fsync and the checkpoint signature. */
export interface Receipt {
  readonly index: number;
  readonly bytes: Uint8Array;
  /** The C2SP tlog-proof (c2sp.org/tlog-proof@v1), with the entry's bytes as `extra`. Made when asked for. */
  proof(): string;
}

/** The same (device, boot, sequence) is in the log already: the same digest is a duplicate, another one is a fork. */
export interface FrameConflict {
  readonly conflict: "duplicate" | "fork";
  readonly existing: Receipt;
}
