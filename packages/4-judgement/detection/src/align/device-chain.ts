/**
 * The chain of one device as far as the log holds it: up to which event time do we have everything it sent?
 *
 * Frames name their predecessor by digest, so a missing frame shows as an open link. The chain is kept as segments
 * without gaps, in (boot, sequence) order; a frame that fits joins or extends them. Only the first and last frame of a
 * segment are remembered, so memory does not grow with the log.
 *
 * Invariant: segments are ordered by (boot, sequence), do not overlap, and are at most SEGMENTS_MAX; the link before
 * each one is open, except that of a device's very first frame.
 */
import type { FrameInput } from "./aligned.ts";

/** Gaps remembered per device; beyond it the oldest gap is given up (and reported). */
export const SEGMENTS_MAX = 64;

const ZERO_DIGEST = "0".repeat(64);

export interface Segment {
  /** What its first frame names as its predecessor. */
  previous: string;
  firstBoot: number;
  firstSequence: number;
  boot: number;
  sequence: number;
  /** Of its last frame. */
  digest: string;
  /** Oldest event time of its first frame, Unix milliseconds. */
  startMs: number;
  /** Newest event time in it. */
  frontMs: number;
  /** Log index of its first frame. */
  entry: number;
  /** Arrival of its first frame: since when the link before it is open. */
  openSinceMs: number;
  /** A `suppressed-frames` event was given for that link. */
  reported: boolean;
}

export interface FrameTimes {
  readonly oldestMs: number;
  readonly newestMs: number;
}

export interface Joined {
  /** Links that were reported as open and that this frame closed. */
  readonly backfilled: readonly Segment[];
  /** Links given up because there were too many. */
  readonly givenUp: readonly Segment[];
}

/** Takes a frame into the chain. `segments` is changed in place. */
export function joinFrame(segments: Segment[], frame: FrameInput, times: FrameTimes): Joined {
  const at = segments.findIndex((segment) => before(frame.boot, frame.sequence, segment));
  const next = at < 0 ? segments.length : at;
  const left = segments[next - 1];
  if (left !== undefined && covers(left, frame)) return { backfilled: [], givenUp: [] };
  let place = next - 1;
  if (left !== undefined && left.digest === frame.previous) extend(left, frame, times);
  else segments.splice(++place, 0, segmentOf(frame, times));
  const backfilled = joinRight(segments, place);
  return { backfilled, givenUp: giveUpOldest(segments) };
}

/** True when nothing of the device can be missing before this segment. */
export function startsChain(segment: Segment): boolean {
  return segment.previous === ZERO_DIGEST;
}

/**
 * Up to which event time everything is known: the end of the unbroken chain. A gap does not break it when whatever is
 * missing could only belong to closed rows, which `isClosed` says of an event time.
 */
export function chainFrontMs(segments: readonly Segment[], isClosed: (timeMs: number) => boolean): number {
  let frontMs = -Infinity;
  for (const segment of segments) {
    if (!startsChain(segment) && !isClosed(segment.startMs)) break;
    frontMs = Math.max(frontMs, segment.frontMs);
  }
  return frontMs;
}

function before(boot: number, sequence: number, segment: Segment): boolean {
  return boot < segment.firstBoot || (boot === segment.firstBoot && sequence < segment.firstSequence);
}

/** Only after a gap inside the segment was given up. */
function covers(segment: Segment, frame: FrameInput): boolean {
  return frame.boot < segment.boot || (frame.boot === segment.boot && frame.sequence <= segment.sequence);
}

function segmentOf(frame: FrameInput, times: FrameTimes): Segment {
  return {
    previous: frame.previous,
    firstBoot: frame.boot,
    firstSequence: frame.sequence,
    boot: frame.boot,
    sequence: frame.sequence,
    digest: frame.digest,
    startMs: times.oldestMs,
    frontMs: times.newestMs,
    entry: frame.index,
    openSinceMs: frame.atMs,
    reported: false,
  };
}

function extend(segment: Segment, frame: FrameInput, times: FrameTimes): void {
  segment.boot = frame.boot;
  segment.sequence = frame.sequence;
  segment.digest = frame.digest;
  segment.frontMs = Math.max(segment.frontMs, times.newestMs);
}

function joinRight(segments: Segment[], place: number): Segment[] {
  const [left, right] = [segments[place], segments[place + 1]];
  if (left === undefined || right === undefined || right.previous !== left.digest) return [];
  absorb(segments, place);
  return right.reported ? [right] : [];
}

function giveUpOldest(segments: Segment[]): Segment[] {
  const gap = segments[1];
  if (segments.length <= SEGMENTS_MAX || gap === undefined) return [];
  absorb(segments, 0);
  return [gap];
}

/** The segment at `place` takes in the one after it. */
function absorb(segments: Segment[], place: number): void {
  const [left, right] = [segments[place], segments[place + 1]];
  if (left === undefined || right === undefined) return;
  left.boot = right.boot;
  left.sequence = right.sequence;
  left.digest = right.digest;
  left.frontMs = Math.max(left.frontMs, right.frontMs);
  segments.splice(place + 1, 1);
}
