/**
 * Disorder: frames in another order than they were made, none later than the site's lateness limit allows.
 *
 * Each frame arrives at its event time plus a random delay below the limit; the run's clock is that arrival.
 */
import type { Chance } from "@twinward/kernel";
import type { ImportedFrame } from "./importer.ts";

/** Share of the lateness limit that a delay may use. */
const DELAY_SHARE_MAX = 0.9;

export interface ArrivingFrame extends ImportedFrame {
  readonly arrivalMs: number;
}

/** In time order, arriving when they were made. */
export async function* inOrder(frames: AsyncIterable<ImportedFrame>): AsyncGenerator<ArrivingFrame> {
  for await (const frame of frames) yield { ...frame, arrivalMs: frame.timeMs };
}

/** @param frames in time order */
export async function* disordered(
  frames: AsyncIterable<ImportedFrame>,
  latenessMsMax: number,
  chance: Chance,
): AsyncGenerator<ArrivingFrame> {
  const waiting: ArrivingFrame[] = [];
  for await (const frame of frames) {
    // Nothing that comes from now on can arrive before the event time of this frame.
    yield* takeBefore(waiting, frame.timeMs);
    waiting.push({
      ...frame,
      arrivalMs: frame.timeMs + Math.floor(chance.uniform() * DELAY_SHARE_MAX * latenessMsMax),
    });
  }
  yield* takeBefore(waiting, Number.POSITIVE_INFINITY);
}

function* takeBefore(waiting: ArrivingFrame[], timeMs: number): Generator<ArrivingFrame> {
  waiting.sort((left, right) => left.arrivalMs - right.arrivalMs);
  while ((waiting[0]?.arrivalMs ?? Number.POSITIVE_INFINITY) < timeMs) yield waiting.shift() as ArrivingFrame;
}
