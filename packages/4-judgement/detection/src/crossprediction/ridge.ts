/**
 * Ridge regression: the linear part of a cross-prediction, fitted for many targets on one Gram matrix.
 *
 * The Gram matrix of all inputs is built once; leaving out the inputs of one signal is leaving out rows and columns
 * of it. Source: Hoerl and Kennard, "Ridge regression" (1970). Inputs are standardised by whoever calls.
 */

/** X'X over the rows in `use`, symmetric, row-major. */
export function gramOf(rows: Float64Array, width: number, use: Int32Array): Float64Array {
  const gram = new Float64Array(width * width);
  for (const row of use) {
    const base = row * width;
    for (let i = 0; i < width; i++) {
      const left = rows[base + i]!;
      if (left === 0) continue;
      for (let j = 0; j <= i; j++) gram[i * width + j]! += left * rows[base + j]!;
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) gram[j * width + i] = gram[i * width + j]!;
  return gram;
}

/** X'y over the rows in `use`. */
export function momentsOf(rows: Float64Array, width: number, target: Float64Array, use: Int32Array): Float64Array {
  const moments = new Float64Array(width);
  for (const row of use) {
    const y = target[row]!;
    for (let i = 0; i < width; i++) moments[i]! += y * rows[row * width + i]!;
  }
  return moments;
}

/** Weights of the inputs in `allowed` (0 elsewhere) for penalty `lambda` per row used. */
export function ridgeWeights(
  gram: Float64Array,
  moments: Float64Array,
  allowed: Int32Array,
  lambda: number,
): Float64Array {
  const width = moments.length;
  const size = allowed.length;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    right[i] = moments[allowed[i]!]!;
    for (let j = 0; j < size; j++) matrix[i * size + j] = gram[allowed[i]! * width + allowed[j]!]!;
    matrix[i * size + i]! += lambda;
  }
  const solved = choleskySolve(matrix, right);
  const weights = new Float64Array(width);
  for (let i = 0; i < size; i++) weights[allowed[i]!] = solved[i]!;
  return weights;
}

/** Solves the symmetric positive definite system in place (Cholesky; Golub and Van Loan, algorithm 4.2.1). */
export function choleskySolve(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let column = 0; column < size; column++) {
    let pivot = matrix[column * size + column]!;
    for (let k = 0; k < column; k++) pivot -= matrix[column * size + k]! ** 2;
    const root = Math.sqrt(Math.max(pivot, Number.MIN_VALUE));
    matrix[column * size + column] = root;
    for (let row = column + 1; row < size; row++) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[row * size + k]! * matrix[column * size + k]!;
      matrix[row * size + column] = sum / root;
    }
  }
  const solved = Float64Array.from(right);
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) solved[row]! -= matrix[row * size + k]! * solved[k]!;
    solved[row]! /= matrix[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) solved[row]! -= matrix[k * size + row]! * solved[k]!;
    solved[row]! /= matrix[row * size + row]!;
  }
  return solved;
}
