import fc from "fast-check";
import { expect, test } from "vitest";
import { inverseOf, quadratic, sandwich, solveSymmetric, times } from "./linear.ts";

/** A well-conditioned symmetric matrix: BᵀB + I. */
const symmetric = (n: number) =>
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: n * n, maxLength: n * n }).map((b) => {
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < n; j += 1) {
        let sum = i === j ? 1 : 0;
        for (let k = 0; k < n; k += 1) sum += b[k * n + i]! * b[k * n + j]!;
        a[i * n + j] = sum;
      }
    }
    return a;
  });

test("a matrix times its inverse is the identity", () => {
  fc.assert(
    fc.property(symmetric(4), (matrix) => {
      const inverse = inverseOf(matrix, 4);
      for (let j = 0; j < 4; j += 1) {
        const column = times(
          matrix,
          Float64Array.from({ length: 4 }, (_, i) => inverse[i * 4 + j]!),
          4,
        );
        for (let i = 0; i < 4; i += 1) expect(column[i]).toBeCloseTo(i === j ? 1 : 0, 8);
      }
    }),
    { numRuns: 50 },
  );
});

test("a solution put back in gives the right-hand side", () => {
  fc.assert(
    fc.property(symmetric(3), (matrix) => {
      const right = Float64Array.of(1, -2, 0.5);
      const back = times(matrix, solveSymmetric(matrix, right, 3), 3);
      for (let i = 0; i < 3; i += 1) expect(back[i]).toBeCloseTo(right[i]!, 8);
    }),
    { numRuns: 50 },
  );
});

test("a quadratic form is the sandwich of a one-row transition", () => {
  const matrix = Float64Array.of(2, 1, 1, 3);
  const rows = Float64Array.of(9, 9, 0.5, -1);
  expect(quadratic(matrix, rows, 2, 2)).toBeCloseTo(sandwich(Float64Array.of(0.5, -1, 0, 0), matrix, 2)[0]!, 12);
});
