/**
 * What a CEL expression can cost at most, known before it ever runs.
 *
 * Rules run for every row, so a rule that could run long is refused when it is compiled. The only loops of CEL are
 * comprehensions; here they may only run over lists written out in the rule, so the worst case is a number.
 */
import type { parse } from "@bufbuild/cel";

type Expr = NonNullable<ReturnType<typeof parse>["expr"]>;

/** Steps of one evaluation, at most. */
export const RULE_COST_MAX = 1_000;
export const RULE_CHARACTERS_MAX = 2_000;

/** Upper bound of evaluation steps; Infinity when no bound can be given. */
export function celCost(expr: Expr | undefined): number {
  const kind = expr?.exprKind;
  switch (kind?.case) {
    case "callExpr":
      return 1 + celCost(kind.value.target) + sumOf(kind.value.args);
    case "listExpr":
      return 1 + sumOf(kind.value.elements);
    case "selectExpr":
      return 1 + celCost(kind.value.operand);
    case "structExpr":
      return 1 + kind.value.entries.reduce((sum, entry) => sum + 1 + celCost(entry.value), 0);
    case "comprehensionExpr": {
      const range = kind.value.iterRange?.exprKind;
      const times = range?.case === "listExpr" ? range.value.elements.length : Number.POSITIVE_INFINITY;
      const once = celCost(kind.value.loopCondition) + celCost(kind.value.loopStep);
      return celCost(kind.value.iterRange) + celCost(kind.value.accuInit) + times * once + celCost(kind.value.result);
    }
    default:
      return 1;
  }
}

function sumOf(exprs: readonly Expr[]): number {
  return exprs.reduce((sum, expr) => sum + celCost(expr), 0);
}
