/** The door in: its contract. */
import type { DeviceLookup, RefusalLedger } from "@twinward/access";
import type { EvidenceLog } from "@twinward/evidence";
import type { Clock, ReadingBlock, Refusal } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import type { IngestLimits } from "./limits.ts";

/** How a frame reached us; says nothing about who signed it. */
export interface Via {
  /** Address of the peer, or a name of the path (`replay`). */
  readonly source: string;
}

export interface Accepted {
  readonly index: number;
  /** The frame was in the log already: nothing was written, `proof` is of the first. */
  readonly duplicate: boolean;
  /** C2SP tlog-proof with the entry's bytes as `extra`. */
  proof(): string;
}

/** An accepted, durable frame. The block is shared, never copied: read only. */
export interface AcceptedFrame {
  readonly index: number;
  readonly device: string;
  readonly arrivedMs: number;
  readonly block: ReadingBlock;
}

/** What the door noticed about a device; the log holds what it rests on. */
export interface DoorFinding {
  readonly kind: "fork" | "clock-jump" | "suppressed-frames";
  readonly device: string;
  readonly atMs: number;
  readonly text: string;
}

export interface DeviceHealth {
  readonly device: string;
  /** Arrival time of its last accepted frame; undefined when none since the start. */
  readonly lastMs: number | undefined;
  /** Median of arrival minus signing time over an hour, milliseconds. */
  readonly clockOffsetMs: number | undefined;
  /** Frames whose predecessor is not known yet. */
  readonly openLinks: number;
}

export interface IngestHealth {
  readonly accepted: number;
  readonly duplicates: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly readings: number;
  readonly framesInFlight: number;
  readonly devices: readonly DeviceHealth[];
}

/** Calls `beat` every `periodMs` until stopped. */
export type Timer = (beat: () => void, periodMs: number) => { stop(): void };

export interface IngestOptions {
  readonly site: Site;
  readonly log: EvidenceLog;
  readonly registry: DeviceLookup;
  readonly clock: Clock;
  readonly limits?: Partial<IngestLimits>;
  /** Default: a real interval. In simulation and replay the run calls `beat` itself: pass a timer that does nothing. */
  readonly timer?: Timer;
  /** Default: one of its own. */
  readonly ledger?: RefusalLedger;
}

export interface Ingest {
  /** Never rejects for hostile input; rejects only when the log fails. */
  accept(bytes: Uint8Array, via: Via): Promise<Accepted | Refusal>;
  /** Resolves when there is room; undefined when there is room now. Await it before `accept`, pause the socket until then. */
  ready(): Promise<void> | undefined;
  /** Housekeeping: writes `tick` after one silent sample period and refusal counts of minutes that are over. */
  beat(): Promise<void>;
  health(): IngestHealth;
  onAccepted(listener: (frame: AcceptedFrame) => void): void;
  onFinding(listener: (finding: DoorFinding) => void): void;
  /** Refuses new frames, waits for those in flight, writes what is counted. */
  stop(): Promise<void>;
}
