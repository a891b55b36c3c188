/**
 * Boosted oblivious trees: a small, fast, non-linear regressor for one target.
 *
 * In an oblivious tree every node of one depth asks the same question, so a tree is `depth` questions and
 * 2^depth answers. That regularises well on a year of hourly rows and makes the artefact small.
 * Sources: Friedman, "Stochastic gradient boosting" (2002); Kohavi, "Bottom-up induction of oblivious read-once
 * decision graphs" (1994). Deterministic: every draw comes from the seed in the options.
 */
import type { Chance } from "@twinward/kernel";

export interface Trees {
  readonly depth: number;
  /** `depth` questions per tree: input number, and the value above which the answer's bit is 1. */
  readonly inputs: readonly number[];
  readonly limits: readonly number[];
  /** 2^depth answers per tree, learning rate already applied. */
  readonly answers: readonly number[];
}

export interface TreeOptions {
  readonly trees: number;
  readonly depth: number;
  readonly learningRate: number;
  /** Shares of rows and inputs drawn for each tree, 0 to 1. */
  readonly rowShare: number;
  readonly inputShare: number;
  /** Added to the row count of each leaf: shrinks answers that rest on few rows. */
  readonly leafPrior: number;
}

export const TREE_OPTIONS: TreeOptions = {
  trees: 80,
  depth: 5,
  learningRate: 0.12,
  rowShare: 0.4,
  inputShare: 0.5,
  leafPrior: 8,
};

/** Sum of the answers of all trees for one row of inputs starting at `offset`. */
export function treesValue(trees: Trees, rows: Float64Array, offset: number): number {
  const { depth, inputs, limits, answers } = trees;
  const count = inputs.length / depth;
  let sum = 0;
  for (let tree = 0; tree < count; tree++) {
    let leaf = 0;
    for (let level = 0; level < depth; level++) {
      const question = tree * depth + level;
      const above = rows[offset + inputs[question]!]! > limits[question]! ? 1 : 0;
      leaf |= above << level;
    }
    sum += answers[(tree << depth) + leaf]!;
  }
  return sum;
}

/** The inputs of all rows as small whole numbers, column by column, with the limits between them. */
export interface BinnedRows {
  readonly rows: number;
  readonly columns: readonly Uint8Array[];
  /** Ascending; bin b holds values in (limits[b-1], limits[b]]. Empty for a constant input. */
  readonly limits: readonly Float64Array[];
}

export const BINS_MAX = 32;

/** Bins each of `width` inputs at its quantiles. */
export function binRows(rows: Float64Array, width: number): BinnedRows {
  const count = rows.length / width;
  const limits = Array.from({ length: width }, (_, input) => binLimits(rows, width, input));
  const columns = limits.map((ends, input) =>
    Uint8Array.from({ length: count }, (_, row) => binOf(ends, rows[row * width + input]!)),
  );
  return { rows: count, columns, limits };
}

function binLimits(rows: Float64Array, width: number, input: number): Float64Array {
  const count = rows.length / width;
  const sorted = Float64Array.from({ length: count }, (_, row) => rows[row * width + input]!).sort();
  const ends = new Set<number>();
  for (let bin = 1; bin < BINS_MAX; bin++) {
    const place = Math.floor((bin * count) / BINS_MAX);
    const low = sorted[place]!;
    if (low < sorted[count - 1]!) ends.add(low);
  }
  // A rare state (a pump that hardly ever runs) must stay visible even when no quantile falls on it.
  if (sorted[0]! < sorted[count - 1]! && ends.size === 0) ends.add(sorted[0]!);
  return Float64Array.from(ends);
}

function binOf(limits: Float64Array, value: number): number {
  let bin = 0;
  while (bin < limits.length && value > limits[bin]!) bin++;
  return bin;
}

/** Fits trees to `target`, one value per row; rows not listed in `use` are not seen. */
export function fitTrees(
  binned: BinnedRows,
  target: Float64Array,
  use: Int32Array,
  allowed: Int32Array,
  chance: Chance,
  options: TreeOptions,
): Trees {
  const residual = Float64Array.from(target);
  const inputs: number[] = [];
  const limits: number[] = [];
  const answers: number[] = [];
  for (let tree = 0; tree < options.trees; tree++) {
    const rows = drawn(use, options.rowShare, chance);
    const columns = drawn(allowed, options.inputShare, chance);
    if (rows.length === 0 || columns.length === 0) break;
    const grown = growTree(binned, residual, rows, columns, options);
    inputs.push(...grown.inputs);
    limits.push(...grown.bins.map((bin, level) => binned.limits[grown.inputs[level]!]![bin]!));
    answers.push(...grown.answers);
    for (const row of use) residual[row]! -= grown.answers[leafOf(binned, grown.inputs, grown.bins, row)]!;
  }
  return { depth: options.depth, inputs, limits, answers };
}

function drawn(all: Int32Array, share: number, chance: Chance): Int32Array {
  return all.filter(() => chance.uniform() < share);
}

interface GrownTree {
  readonly inputs: number[];
  readonly bins: number[];
  readonly answers: number[];
}

function growTree(
  binned: BinnedRows,
  residual: Float64Array,
  rows: Int32Array,
  columns: Int32Array,
  options: TreeOptions,
): GrownTree {
  const leaves = new Uint8Array(rows.length);
  const inputs: number[] = [];
  const bins: number[] = [];
  for (let level = 0; level < options.depth; level++) {
    const best = bestQuestion(binned, residual, rows, leaves, 1 << level, columns, options.leafPrior);
    inputs.push(best.input);
    bins.push(best.bin);
    const column = binned.columns[best.input]!;
    for (let i = 0; i < rows.length; i++) if (column[rows[i]!]! > best.bin) leaves[i]! |= 1 << level;
  }
  return { inputs, bins, answers: leafAnswers(residual, rows, leaves, options) };
}

function leafAnswers(residual: Float64Array, rows: Int32Array, leaves: Uint8Array, options: TreeOptions): number[] {
  const sums = new Float64Array(1 << options.depth);
  const counts = new Float64Array(1 << options.depth);
  for (let i = 0; i < rows.length; i++) {
    sums[leaves[i]!]! += residual[rows[i]!]!;
    counts[leaves[i]!]! += 1;
  }
  return Array.from(sums, (sum, leaf) => (options.learningRate * sum) / (counts[leaf]! + options.leafPrior));
}

/** The question that lowers the squared error of all leaves together most. */
function bestQuestion(
  binned: BinnedRows,
  residual: Float64Array,
  rows: Int32Array,
  leaves: Uint8Array,
  leafCount: number,
  columns: Int32Array,
  prior: number,
): { input: number; bin: number } {
  const sums = new Float64Array(leafCount * BINS_MAX);
  const counts = new Float64Array(leafCount * BINS_MAX);
  let best = { input: columns[0]!, bin: 0, gain: -1 };
  for (const input of columns) {
    const ends = binned.limits[input]!.length;
    if (ends === 0) continue;
    fillHistogram(binned.columns[input]!, residual, rows, leaves, sums, counts);
    for (let bin = 0, gains = splitGains(sums, counts, leafCount, ends, prior); bin < ends; bin++) {
      if (gains[bin]! > best.gain) best = { input, bin, gain: gains[bin]! };
    }
  }
  return best;
}

function fillHistogram(
  column: Uint8Array,
  residual: Float64Array,
  rows: Int32Array,
  leaves: Uint8Array,
  sums: Float64Array,
  counts: Float64Array,
): void {
  sums.fill(0);
  counts.fill(0);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const cell = leaves[i]! * BINS_MAX + column[row]!;
    sums[cell]! += residual[row]!;
    counts[cell]! += 1;
  }
}

/** For each bin end: sum over leaves of sum² / count on both sides. */
function splitGains(
  sums: Float64Array,
  counts: Float64Array,
  leafCount: number,
  ends: number,
  prior: number,
): Float64Array {
  const gains = new Float64Array(ends);
  for (let leaf = 0; leaf < leafCount; leaf++) {
    const base = leaf * BINS_MAX;
    let allSum = 0;
    let allCount = 0;
    for (let bin = 0; bin <= ends; bin++) {
      allSum += sums[base + bin]!;
      allCount += counts[base + bin]!;
    }
    let sum = 0;
    let count = 0;
    for (let bin = 0; bin < ends; bin++) {
      sum += sums[base + bin]!;
      count += counts[base + bin]!;
      gains[bin]! += (sum * sum) / (count + prior) + (allSum - sum) ** 2 / (allCount - count + prior);
    }
  }
  return gains;
}

function leafOf(binned: BinnedRows, inputs: readonly number[], bins: readonly number[], row: number): number {
  let leaf = 0;
  for (let level = 0; level < inputs.length; level++) {
    if (binned.columns[inputs[level]!]![row]! > bins[level]!) leaf |= 1 << level;
  }
  return leaf;
}
