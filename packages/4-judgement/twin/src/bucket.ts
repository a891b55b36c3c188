/**
 * Down-sampling: many rows to few buckets, so that a chart of a year shows every spike.
 *
 * Buckets hold equal numbers of rows (the last may hold fewer), not equal times, so that empty stretches cost nothing.
 * With no more rows than buckets each row is its own bucket, unchanged.
 */

export interface HistorySample {
  readonly timeMs: number;
  readonly alarm: boolean;
  readonly value: number | null;
  readonly estimate: number | null;
  readonly trust: number | null;
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
  /** Rows with an alarm. */
  readonly alarms: number;
}

/** @param samples in time order */
export function bucketsOf(samples: readonly HistorySample[], points: number): Bucket[] {
  const width = Math.max(1, Math.ceil(samples.length / points));
  const buckets: Bucket[] = [];
  for (let from = 0; from < samples.length; from += width) buckets.push(bucketOf(samples.slice(from, from + width)));
  return buckets;
}

function bucketOf(samples: readonly HistorySample[]): Bucket {
  const values = present(samples.map((sample) => sample.value));
  return {
    fromMs: samples[0]?.timeMs ?? 0,
    toMs: samples.at(-1)?.timeMs ?? 0,
    rows: samples.length,
    min: values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b)),
    max: values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b)),
    mean: meanOf(values),
    last: values.at(-1) ?? null,
    estimate: meanOf(present(samples.map((sample) => sample.estimate))),
    trust: present(samples.map((sample) => sample.trust)).reduce<number | null>((a, b) => Math.min(a ?? b, b), null),
    alarms: samples.filter((sample) => sample.alarm).length,
  };
}

function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
