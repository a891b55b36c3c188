import type { Network } from "./network.ts";

export interface InpFault {
  /** Counts from 1. */
  readonly line: number;
  readonly message: string;
}

/** Reads an EPANET input file. All faults at once; never throws. */
export function readInp(_text: string): Network | InpFault[] {
  throw new Error("not built yet");
}
