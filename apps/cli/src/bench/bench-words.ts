/** The words of `twinward bench`. */
export interface BenchWords {
  /** Interleaved rounds. */
  readonly rounds: string;
  /** Length of the memory run of `ingest`; 0 is a short one. */
  readonly minutes: string;
}
