/**
 * Fits cross-predictions on clean rows: ridge first (it extrapolates), then trees on what ridge leaves (they bend).
 *
 * Every fourth block of rows is held out of the fit and sets the scale of the spreads, so that the stated
 * uncertainty is that of unseen rows.
 */
import { type Chance, seededChance } from "@twinward/kernel";
import { type CrossPredictionModel, type TargetPrediction, targetDoubt, targetValue } from "./cross-prediction.ts";
import { type Scale, scaleOf, writeInputs } from "./inputs.ts";
import { type BinnedRows, binRows, fitTrees, TREE_OPTIONS, type TreeOptions, treesValue } from "./oblivious-trees.ts";
import { gramOf, momentsOf, ridgeWeights } from "./ridge.ts";

/** Blocks for holding out; long enough that neighbours of a held-out row are mostly held out too. */
export const HOLD_OUT_BLOCKS = 40;
const RIDGE_PER_ROW = 3e-4;
const DOUBT_OPTIONS: TreeOptions = { ...TREE_OPTIONS, trees: 25, depth: 4, learningRate: 0.2 };
const SEED = 20_160_704;

/** True when row `row` of `count` is held out of every fit. */
export function isHeldOut(row: number, count: number): boolean {
  return Math.floor((row * HOLD_OUT_BLOCKS) / count) % 4 === 3;
}

/**
 * @param rows one array of signal values per row, in time order; NaN is missing
 * @param targets numbers of the signals to predict
 */
export function fitCrossPrediction(
  rows: readonly Float64Array[],
  targets: readonly number[],
  progress?: (share: number) => void,
): CrossPredictionModel {
  const scale = scaleOf(rows);
  const signals = scale.mean.length;
  const width = 2 * signals;
  const inputs = new Float64Array(rows.length * width);
  for (let row = 0; row < rows.length; row++)
    writeInputs(scale, rows[row]!, rows[Math.max(0, row - 1)]!, inputs, row * width);
  const fitRows = rowsWhere(rows.length, (row) => row > 0 && !isHeldOut(row, rows.length));
  const binned = binRows(inputs, width);
  const gram = gramOf(inputs, width, fitRows);
  const chance = seededChance(SEED);
  const fitted = targets.map((signal, done) => {
    progress?.(done / targets.length);
    return fitTarget({ rows, scale, inputs, width, binned, gram, chance }, signal, fitRows);
  });
  return { scale, targets: fitted };
}

interface Prepared {
  readonly rows: readonly Float64Array[];
  readonly scale: Scale;
  readonly inputs: Float64Array;
  readonly width: number;
  readonly binned: BinnedRows;
  readonly gram: Float64Array;
  readonly chance: Chance;
}

function fitTarget(all: Prepared, signal: number, fitRows: Int32Array): TargetPrediction {
  const { rows, width, inputs, binned, chance } = all;
  const signals = width / 2;
  const known = (row: number) => !Number.isNaN(rows[row]![signal]!);
  const use = fitRows.filter(known);
  const heldOut = rowsWhere(rows.length, (row) => row > 0 && isHeldOut(row, rows.length) && known(row));
  const allowed = rowsWhere(width, (input) => input % signals !== signal && binned.limits[input]!.length > 0);
  const target = Float64Array.from({ length: rows.length }, (_, row) => inputs[row * width + signal]!);
  const gram = use.length === fitRows.length ? all.gram : gramOf(inputs, width, use);
  const weights = ridgeWeights(gram, momentsOf(inputs, width, target, use), allowed, RIDGE_PER_ROW * use.length + 1e-6);
  const linear = { signal, weights: rounded(weights), trees: NO_TREES };
  const left = Float64Array.from(target, (value, row) => value - targetValue(bare(linear), inputs, row * width));
  const trees = roundedTrees(fitTrees(binned, left, use, allowed, chance, TREE_OPTIONS));
  const error = Float64Array.from(left, (value, row) => Math.abs(value - treesValue(trees, inputs, row * width)));
  return withDoubt({ ...linear, trees }, { ...all, error, use, heldOut, allowed });
}

const NO_TREES = { depth: 1, inputs: [], limits: [], answers: [] };

type Point = Pick<TargetPrediction, "signal" | "weights" | "trees">;

function bare(point: Point): TargetPrediction {
  return { ...point, doubt: NO_TREES, doubtBase: 1, doubtScale: 1, doubtFloor: 0 };
}

interface DoubtRows extends Prepared {
  readonly error: Float64Array;
  readonly use: Int32Array;
  readonly heldOut: Int32Array;
  readonly allowed: Int32Array;
}

/** Learns where the prediction is weak from the fitted rows, and how weak from the rows held out. */
function withDoubt(point: Point, all: DoubtRows): TargetPrediction {
  const { error, use, heldOut, inputs, width } = all;
  const base = use.reduce((sum, row) => sum + error[row]!, 0) / Math.max(1, use.length);
  const excess = error.map((value) => Math.min(value, 10 * base) - base);
  const doubt = roundedTrees(fitTrees(all.binned, excess, use, all.allowed, all.chance, DOUBT_OPTIONS));
  const unscaled = {
    ...point,
    doubt,
    doubtBase: shortened(base),
    doubtScale: 1,
    doubtFloor: shortened(0.3 * base + 1e-9),
  };
  let squares = 0;
  for (const row of heldOut) squares += Math.min(36, (error[row]! / targetDoubt(unscaled, inputs, row * width)) ** 2);
  return { ...unscaled, doubtScale: shortened(Math.max(0.5, Math.sqrt(squares / Math.max(1, heldOut.length)))) };
}

function rowsWhere(count: number, wanted: (row: number) => boolean): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row).filter(wanted);
}

function rounded(values: Float64Array): number[] {
  return Array.from(values, shortened);
}

function roundedTrees(trees: {
  depth: number;
  inputs: readonly number[];
  limits: readonly number[];
  answers: readonly number[];
}) {
  return { ...trees, limits: trees.limits.map(shortened), answers: trees.answers.map(shortened) };
}

/** Six digits: keeps the artefact small; what is judged with is exactly what is stored. */
export function shortened(value: number): number {
  return Number(value.toPrecision(6));
}
