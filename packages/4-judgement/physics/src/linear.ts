/**
 * Small dense symmetric systems (at most a few dozen unknowns), row-major in one Float64Array.
 * Source: Golub and Van Loan, "Matrix Computations", 4.2 (Cholesky).
 */
import { assert } from "@twinward/kernel";

/** A pivot that rounding has eaten is put back to this share of its diagonal (modified Cholesky, op. cit. 4.2.8). */
const PIVOT_SHARE_MIN = 1e-12;

/** Inverse of a symmetric positive definite n×n matrix. Asserts that its diagonal is positive. */
export function inverseOf(matrix: Float64Array, n: number): Float64Array {
  const lower = cholesky(matrix, n);
  const inverse = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j += 1) {
    column.fill(0);
    column[j] = 1;
    substitute(lower, n, column);
    for (let i = 0; i < n; i += 1) inverse[i * n + j] = column[i]!;
  }
  return inverse;
}

/** Solves matrix·x = right for a symmetric positive definite matrix. */
export function solveSymmetric(matrix: Float64Array, right: Float64Array, n: number): Float64Array {
  const x = Float64Array.from(right);
  substitute(cholesky(matrix, n), n, x);
  return x;
}

/** matrix · vector, for an n×n matrix. */
export function times(matrix: Float64Array, vector: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    let sum = 0;
    for (let j = 0; j < n; j += 1) sum += matrix[i * n + j]! * vector[j]!;
    out[i] = sum;
  }
  return out;
}

/** rowᵀ · matrix · row, where the row starts at `at` in `rows`. */
export function quadratic(matrix: Float64Array, rows: Float64Array, at: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i += 1) {
    let inner = 0;
    for (let j = 0; j < n; j += 1) inner += matrix[i * n + j]! * rows[at + j]!;
    sum += inner * rows[at + i]!;
  }
  return sum;
}

/** transition · matrix · transitionᵀ, all n×n. */
export function sandwich(transition: Float64Array, matrix: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const left = new Float64Array(n);
    for (let k = 0; k < n; k += 1) {
      const factor = transition[i * n + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < n; j += 1) left[j]! += factor * matrix[k * n + j]!;
    }
    for (let j = 0; j < n; j += 1) {
      let sum = 0;
      for (let k = 0; k < n; k += 1) sum += left[k]! * transition[j * n + k]!;
      out[i * n + j] = sum;
    }
  }
  return out;
}

function cholesky(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k += 1) sum -= lower[i * n + k]! * lower[j * n + k]!;
      if (i === j) {
        const own = matrix[i * n + i]!;
        assert(own > 0 && Number.isFinite(sum), "the matrix is finite with a positive diagonal");
        lower[i * n + i] = Math.sqrt(Math.max(sum, PIVOT_SHARE_MIN * own));
      } else lower[i * n + j] = sum / lower[j * n + j]!;
    }
  }
  return lower;
}

/** Solves L·Lᵀ·x = x in place. */
function substitute(lower: Float64Array, n: number, x: Float64Array): void {
  for (let i = 0; i < n; i += 1) {
    let sum = x[i]!;
    for (let k = 0; k < i; k += 1) sum -= lower[i * n + k]! * x[k]!;
    x[i] = sum / lower[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    let sum = x[i]!;
    for (let k = i + 1; k < n; k += 1) sum -= lower[k * n + i]! * x[k]!;
    x[i] = sum / lower[i * n + i]!;
  }
}
