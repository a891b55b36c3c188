/** Counts refusals per (code, source) and minute, and writes them to the log. */
export interface RefusalLedger {
  /** `digest`: SHA-256 of what was refused, when there is one. */
  count(code: string, source: RefusalSource, digest?: Uint8Array): void;
  /** Writes the minutes that are over; all of them when `all`. */
  flush(all?: boolean): Promise<void>;
}

/** `device`: proven by a signature or certificate. `claimed`: says it is that device. `outside`: an address. */
export interface RefusalSource {
  readonly kind: "device" | "claimed" | "outside";
  readonly name: string;
}
