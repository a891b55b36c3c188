/** What the plant and a PLC's worker thread say to each other. */
import type { EnrolmentToken, Profile } from "@twinward/device";
import type { WirePath } from "./event.ts";

/** `workerData` of a PLC. */
export interface PlcOrder {
  readonly device: string;
  /** Its identity folder; made by enrolment when it holds none. */
  readonly dir: string;
  /** Needed for the first start only. */
  readonly token: EnrolmentToken | undefined;
  /** Names of its readings, in the order of `values` in each sample. */
  readonly signals: readonly string[];
  readonly profile: Profile;
  readonly seed: number;
}

export interface PlcSample {
  readonly kind: "sample";
  readonly timeMs: number;
  readonly values: Float64Array;
  /** What an attacker's own frame says. */
  readonly forged: Float64Array;
  readonly path: WirePath;
}

export type ToPlc = PlcSample | { readonly kind: "stop" };

export interface PlcStatus {
  readonly kind: "status";
  /** Samples signed so far. */
  readonly signed: number;
  /** Frames without a checked proof. */
  readonly pending: number;
  /** Frames freed against their checked proofs. */
  readonly proven: number;
  /** Index of the newest proven entry; -1 before the first. */
  readonly newestEntry: number;
}

export type FromPlc =
  | { readonly kind: "ready"; readonly kid: string; readonly logKey: string }
  | PlcStatus
  /** The server refused a frame of this device. */
  | { readonly kind: "refused"; readonly code: string; readonly detail: string }
  /** The server answered what no honest log answers. */
  | { readonly kind: "alarm"; readonly code: string; readonly detail: string }
  /** What came back for a frame that an attacker sent: `PROOF` or a refusal's code. */
  | { readonly kind: "attacker"; readonly attack: WirePath; readonly answer: string }
  | { readonly kind: "state"; readonly state: string; readonly reason: string }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };
