/** Every bound of the door, by name. */

export interface IngestLimits {
  /** Frames between signature check and proof; beyond it callers wait (`ready`). */
  readonly inFlightFramesMax: number;
  /** Bytes of those frames. */
  readonly inFlightBytesMax: number;
  /** Token bucket per device: lasting rate. */
  readonly framesPerSecondMax: number;
  /** Token bucket per device: a backfill may come at once up to this many frames. */
  readonly framesBurstMax: number;
}

export const INFLIGHT_FRAMES_MAX = 1024;
export const INFLIGHT_BYTES_MAX = 64 * 1_048_576;

export const USUAL_LIMITS: IngestLimits = {
  inFlightFramesMax: INFLIGHT_FRAMES_MAX,
  inFlightBytesMax: INFLIGHT_BYTES_MAX,
  framesPerSecondMax: 1000,
  framesBurstMax: 10_000,
};

/** No instrument measures more than this in any unit; catches garbage, not lies (those are the judge's). */
export const ABSURD_VALUE = 1e15;
/** Frames per source the door hands to quarantine in one run; the shelf is full long before, and a commit costs an fsync. */
export const QUARANTINE_PUTS_MAX = 200;
/** Open links kept in memory per device; the log holds them all. */
export const OPEN_LINKS_MAX = 1024;
/** Newest entries read at start to find open links younger than the last snapshot. */
export const START_SCAN_ENTRIES_MAX = 50_000;
/** The door looks after itself at least this often. */
export const BEAT_MS_MAX = 15_000;
/** The list of open links is saved when the log has grown by this many entries since. */
export const SAVE_EVERY_ENTRIES = 20_000;
