/**
 * What goes into the aligner and what comes out of it.
 *
 * In: entries of the log, in log order, frames already decoded. Out, in order: rows that closed, readings that came too
 * late for theirs, and events at the door (silence, suppressed frames, refusals). Nothing here depends on how entries
 * were batched, and no clock is read: arrival times are those the log holds.
 */
import type { ReadingBlock } from "@twinward/kernel";
import type { Row } from "../judge.ts";

/** A frame entry with its decoded readings. */
export interface FrameInput {
  readonly kind: "frame";
  /** Log index. */
  readonly index: number;
  /** Arrival, Unix milliseconds. */
  readonly atMs: number;
  readonly device: string;
  readonly boot: number;
  readonly sequence: number;
  /** Frame digest, lower-case hexadecimal. */
  readonly digest: string;
  /** Digest of the frame before it, lower-case hexadecimal. */
  readonly previous: string;
  /** When the device says it signed, Unix milliseconds; stands in for event times that cannot be read any more. */
  readonly signedAtMs: number;
  /** Undefined when the body is erased or cannot be read. */
  readonly readings: ReadingBlock | undefined;
}

export type AlignerInput =
  | FrameInput
  /** Nothing arrived for one sample period. */
  | { readonly kind: "tick"; readonly index: number; readonly atMs: number }
  /** A device is to be waited for, or no longer: registered, revoked, out of service. */
  | {
      readonly kind: "expect";
      readonly index: number;
      readonly atMs: number;
      readonly device: string;
      readonly expected: boolean;
    }
  /** Frames the door refused, counted by (code, source) and minute. */
  | {
      readonly kind: "refusals";
      readonly index: number;
      readonly atMs: number;
      readonly code: string;
      /** `device:ID` proven by a signature, `claimed:ID` only named, `outside:ADDRESS`. */
      readonly source: string;
      readonly count: number;
    };

/** A row from the log. `timeMs` is the lower median of its devices' event times; `entries` ascend. */
export interface AlignedRow extends Row {
  /** Wire numbers of QUALITIES; NO_READING where the row has no value at all. */
  readonly qualities: Uint8Array;
}

/** Marks a signal without a reading in `AlignedRow.qualities`. */
export const NO_READING = 255;

/** A reading whose row had closed: judged in its place, never a live alarm. */
export interface LateReading {
  /** `Signal.number`. */
  readonly signal: number;
  readonly timeMs: number;
  readonly value: number;
  readonly quality: number;
  /** Log index of its frame. */
  readonly entry: number;
}

export type DoorEventKind =
  /** A device that reported before sent nothing for two sample periods. */
  | "silence"
  /** It reports again. */
  | "resumed"
  /** A frame's predecessor stayed unknown for longer than `openLinkMsMax`. */
  | "suppressed-frames"
  /** The missing frames came after all. */
  | "backfilled"
  /** Two frames claim one place in a chain; the second was refused. */
  | "fork"
  /** Frames were refused for another reason. */
  | "refused"
  /** A device spoke for signals that are not its own; they were not used. */
  | "foreign-signals";

/** Something the door saw; a finding of its own, never mixed into the rows. */
export interface DoorEvent {
  readonly what: DoorEventKind;
  /** Device id, or the source as the door names it. */
  readonly device: string;
  /** By the log's arrival times, Unix milliseconds. */
  readonly timeMs: number;
  /** Since when, Unix milliseconds. */
  readonly sinceMs: number;
  /** Frames or readings it stands for. */
  readonly count: number;
  /** Refusal code, or empty. */
  readonly code: string;
  /** Log indexes it rests on. */
  readonly entries: readonly number[];
}

export type Aligned =
  | { readonly kind: "row"; readonly row: AlignedRow }
  /** All late readings of one frame, in frame order. */
  | { readonly kind: "late"; readonly entry: number; readonly readings: readonly LateReading[] }
  | { readonly kind: "event"; readonly event: DoorEvent };
