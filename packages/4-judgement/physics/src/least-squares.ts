/**
 * The parts of a robust least-squares step: weights that keep one wild residual from ruling, rows of the normal
 * equations, and Broyden's update, which makes a sensitivity agree with the step that was just taken.
 *
 * Sources: Huber, "Robust Statistics" (1981); Broyden, Math. Comp. 19 (1965).
 */

/** Residuals beyond this many standard deviations pull with constant force. */
const HUBER = 4;

/** 1 near zero, falling so that the pull stays constant. */
export function huberWeight(score: number): number {
  const size = Math.abs(score);
  return size <= HUBER ? 1 : HUBER / size;
}

/** The loss whose slope that is: the square near zero, a straight line further out. */
export function huberLoss(score: number): number {
  const size = Math.abs(score);
  return size <= HUBER ? size * size : 2 * HUBER * size - HUBER * HUBER;
}

/** Adds one measurement to the normal equations: information · row · rowᵀ and its pull. */
export function addRow(
  matrix: Float64Array,
  right: Float64Array,
  rows: Float64Array,
  at: number,
  information: number,
  residual: number,
  width: number,
): void {
  for (let i = 0; i < width; i += 1) {
    const scaled = information * rows[at + i]!;
    if (scaled === 0) continue;
    right[i]! += scaled * residual;
    for (let j = 0; j < width; j += 1) matrix[i * width + j]! += scaled * rows[at + j]!;
  }
}

/** Each row of a row-major matrix times a vector. */
export function rowsTimes(rows: Float64Array, vector: Float64Array, width: number): Float64Array {
  const out = new Float64Array(rows.length / width);
  for (let i = 0; i < out.length; i += 1) {
    let sum = 0;
    for (let j = 0; j < width; j += 1) sum += rows[i * width + j]! * vector[j]!;
    out[i] = sum;
  }
  return out;
}

/** Makes the sensitivity agree with the step that was just taken. */
export function broyden(
  sensitivity: Float64Array,
  before: Float64Array,
  after: Float64Array,
  foreseen: Float64Array,
  step: Float64Array,
  width: number,
): void {
  let length = 0;
  for (let j = 0; j < width; j += 1) length += step[j]! ** 2;
  if (length < 1e-16) return;
  for (let i = 0; i < before.length; i += 1) {
    const missed = (after[i]! - before[i]! - foreseen[i]!) / length;
    for (let j = 0; j < width; j += 1) sensitivity[i * width + j]! += missed * step[j]!;
  }
}
