/**
 * Training: from clean rows to a frozen model.
 *
 * The plot: read and round the rows; learn cross-prediction, physics, repeats and stream limits; hold the hearing on
 * the same rows and choose every limit by the stated false-alarm rate. Labelled rows, when given, only tighten or
 * relax all limits together. Deterministic: the same rows give the same bytes.
 */
import { sha256, toHex, UsageError } from "@twinward/kernel";
import { fitWaterParameters, type WaterParameters } from "@twinward/physics";
import type { Site } from "@twinward/plant";
import { fitCrossPrediction, shortened } from "../crossprediction/fit.ts";
import { Hearing, roundedRow, trustedMask } from "../fusion/hearing.ts";
import { type WaterSays, WaterWitness } from "../fusion/water-witness.ts";
import type { Row } from "../judge.ts";
import { learnRepeats } from "../repeats/learn-repeats.ts";
import { learnStreamLimits } from "../streams/learn-limits.ts";
import { LimitLearner } from "./learn-limits.ts";
import { learnSwitching, withDoubt } from "./learn-switching.ts";
import { MODEL_FORMAT, type Model } from "./model.ts";

/** Rows in time order; called once per pass, so that a file can be read again instead of being held by the caller. */
export type RowSource = () => AsyncIterable<TimedValues> | Iterable<TimedValues>;

export type TimedValues = Pick<Row, "timeMs" | "values">;

export interface LabelledRow extends TimedValues {
  /** 1 attack, 0 none, -999 unknown. */
  readonly label: number;
}

export interface TrainOptions {
  /** Rows with known attacks, to refine the limits; never needed. */
  readonly labelled?: () => AsyncIterable<LabelledRow> | Iterable<LabelledRow>;
  /** False-alarm episodes per 30 days that each limit is chosen for, on the clean rows. */
  readonly falseEpisodesPer30Days?: number;
  /** Called now and then with the share done, 0 to 1. */
  readonly progress?: (share: number) => void;
}

/** Fewer rows cannot carry a model. */
export const TRAINING_ROWS_MIN = 200;
/** More rows cost time and teach little: longer data is read, but only the newest rows are learned from. */
export const TRAINING_ROWS_MAX = 20_000;
/** Rows on which the hydraulic twin is fitted and its limits are chosen. */
export const WATER_ROWS_MAX = 3_000;
const FALSE_EPISODES_PER_30_DAYS = 0.1;

/** Fits and freezes everything the judge of this site uses. Throws UsageError when there are too few rows. */
export async function train(site: Site, source: RowSource, options: TrainOptions = {}): Promise<Model> {
  const rows = await readRows(site, source);
  const { progress } = options;
  const values = rows.kept.map((row) => row.values);
  const targets = predictable(site, values);
  const cross = fitCrossPrediction(values, targets, (share) => progress?.(0.4 * share));
  const water = site.behaviour.kind === "none" ? null : await fitWaterParameters(site, rows.kept);
  progress?.(0.6);
  const samplePeriodMs = periodOf(rows.kept);
  const floor = site.signals.map((signal) => signal.resolution / 2);
  const rowsPer30Days = (30 * 24 * 3_600_000) / samplePeriodMs;
  const repeats = learnRepeats(values, rowsPer30Days);
  const per30Days = options.falseEpisodesPer30Days ?? FALSE_EPISODES_PER_30_DAYS;
  const learner = new LimitLearner(rows.kept.length, site.signals.length, samplePeriodMs);
  const hearing = new Hearing(site, { cross, repeats, floor, samplePeriodMs });
  const says = water ? await waterSays(site, water, rows.kept, floor, (share) => progress?.(0.6 + 0.3 * share)) : [];
  const switching = learnSwitching(rows.kept, says, site.signals.length);
  rows.kept.forEach((row, i) => {
    const said = says[i];
    const heard = hearing.hear(row.timeMs, row.values, said && withDoubt(said, row.values, switching));
    if (i > 0) learner.add(i, heard);
  });
  return {
    format: MODEL_FORMAT,
    site: site.digest,
    signals: site.signals.map((signal) => signal.id),
    trainedOn: [rows.digest],
    rows: rows.kept.length,
    samplePeriodMs,
    falseEpisodesPer30Days: per30Days,
    floor: floor.map(shortened),
    cross,
    water,
    switching,
    repeats,
    streams: learnStreamLimits(site.signals, values),
    limits: learner.limits({ per30Days, rowsPer30Days }),
  };
}

const NOBODY: ReadonlySet<number> = new Set();

/** What the trained water twin says of the newest clean rows; undefined for the rows before them. */
async function waterSays(
  site: Site,
  water: WaterParameters,
  rows: readonly TimedValues[],
  floor: readonly number[],
  progress: (share: number) => void,
): Promise<(WaterSays | undefined)[]> {
  const none = site.signals.map(() => 0);
  const witness = await WaterWitness.open(site, water, Float64Array.from(floor), { other: none, own: none });
  const first = Math.max(0, rows.length - WATER_ROWS_MAX);
  return rows.map(({ timeMs, values }, i) => {
    if (i < first) return undefined;
    if (i % 200 === 0) progress((i - first) / (rows.length - first));
    return witness.commit({ timeMs, values, trusted: trustedMask(values, NOBODY), before: rows[i - 1]?.values });
  });
}

interface TrainingRows {
  readonly kept: readonly TimedValues[];
  readonly digest: string;
}

async function readRows(site: Site, source: RowSource): Promise<TrainingRows> {
  const kept: TimedValues[] = [];
  let digest = new Uint8Array(32);
  for await (const row of source()) {
    const values = roundedRow(site, row.values);
    digest = chained(digest, row.timeMs, values);
    kept.push({ timeMs: row.timeMs, values });
    if (kept.length > 2 * TRAINING_ROWS_MAX) kept.splice(0, kept.length - TRAINING_ROWS_MAX);
  }
  if (kept.length < TRAINING_ROWS_MIN) {
    throw new UsageError(`training needs at least ${TRAINING_ROWS_MIN} rows, there are ${kept.length}`);
  }
  return { kept: kept.slice(-TRAINING_ROWS_MAX), digest: toHex(digest) };
}

/** SHA-256 over the digest so far, the time and the rounded values as little-endian doubles. */
function chained(digest: Uint8Array, timeMs: number, values: Float64Array): Uint8Array<ArrayBuffer> {
  const bytes = new DataView(new ArrayBuffer(40 + 8 * values.length));
  digest.forEach((byte, i) => {
    bytes.setUint8(i, byte);
  });
  bytes.setFloat64(32, timeMs, true);
  values.forEach((value, i) => {
    bytes.setFloat64(40 + 8 * i, value, true);
  });
  return new Uint8Array(sha256(new Uint8Array(bytes.buffer)));
}

/** Signals worth predicting: measured quantities that take more than a few values. */
function predictable(site: Site, rows: readonly Float64Array[]): number[] {
  return site.signals
    .filter((signal) => signal.kind !== "status" && !signal.enum)
    .map((signal) => signal.number)
    .filter((signal) => new Set(rows.map((row) => row[signal]!)).size > DISTINCT_MIN);
}

const DISTINCT_MIN = 5;

/** The commonest distance between rows, milliseconds. */
function periodOf(rows: readonly TimedValues[]): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < rows.length; i++) {
    const gap = rows[i]!.timeMs - rows[i - 1]!.timeMs;
    if (gap > 0) counts.set(gap, (counts.get(gap) ?? 0) + 1);
  }
  const [commonest] = [...counts].sort((left, right) => right[1] - left[1] || left[0] - right[0]);
  if (!commonest) throw new UsageError("training rows must have increasing times");
  return commonest[0];
}
