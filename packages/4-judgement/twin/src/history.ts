import type { LogReader } from "@twinward/evidence";
import type { Site } from "@twinward/plant";
import type { TwinView } from "./signal-state.ts";

export interface HistoryQuery {
  readonly signal: string;
  /** Unix milliseconds, inclusive. */
  readonly fromMs: number;
  readonly toMs: number;
  /** At most this many buckets in one answer; at most POINTS_MAX. */
  readonly points: number;
}

/** What happened to one signal in one stretch of time. Null where there was nothing. */
export interface Bucket {
  /** First and last event time in it, Unix milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly rows: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly last: number | null;
  /** Mean of the estimates. */
  readonly estimate: number | null;
  /** Lowest trust; null is unchecked throughout. */
  readonly trust: number | null;
  readonly alarms: number;
}

export interface HistoryPage {
  readonly buckets: readonly Bucket[];
  /** Ask again from here for the rest; null when this was all. */
  readonly nextFromMs: number | null;
}

/** Derived from the log's judgement entries; the file may be deleted at any time and comes back by `catchUp`. */
export class History {
  /** @param path of the database file, or `:memory:` */
  constructor(_path: string, _site: Site) {}
  /** Takes in judgement entries after the last one seen, at most `limit`; returns how many. */
  catchUp(_reader: LogReader, _limit?: number): number {
    throw new Error("not built yet");
  }
  query(_query: HistoryQuery): HistoryPage {
    throw new Error("not built yet");
  }
  /** What was believed at `timeMs`: the newest row at or before it; undefined before the first. */
  stateAt(_timeMs: number): TwinView | undefined {
    throw new Error("not built yet");
  }
  close(): void {}
}
