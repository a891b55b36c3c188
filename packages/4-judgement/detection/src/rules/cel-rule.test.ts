import { describe, expect, test } from "vitest";
import { compileRule, ruleFault } from "./cel-rule.ts";

const IDS = ["L_T1", "S_PU1"];
const VALUES = { value: 2, previous: 1, L_T1: 3, S_PU1: 0 };

function outcome(text: string, values: Record<string, number> = VALUES): string {
  const rule = compileRule(text, IDS);
  return typeof rule === "string" ? `fault: ${rule}` : rule.run(values);
}

describe("a CEL rule", () => {
  test.each([
    ["value <= L_T1 + 0.5", "kept"],
    ["value > L_T1", "broken"],
    ["!(S_PU1 == 0.0 && value > 1.0)", "broken"],
    ["[1.0, 2.0].exists(x, x == value)", "kept"],
    ["value / S_PU1 > 1.0", "kept"],
  ])("%s is %s", (text, expected) => {
    expect(outcome(text)).toBe(expected);
  });

  test("says nothing when a value it uses is missing", () => {
    expect(outcome("value <= L_T1 + 0.5", { ...VALUES, L_T1: Number.NaN })).toBe("unknown");
    expect(outcome("value <= 3.0", { ...VALUES, L_T1: Number.NaN })).toBe("kept");
  });

  test("an error at run time is no verdict, although the evaluator returns it as a truthy value", () => {
    // The index is there for the trial (value 1) and not for the row (value 2).
    expect(outcome("[true, true][int(value)]")).toBe("unknown");
  });

  test.each([
    "value ==",
    "unknown < 3.0",
    "value + 1 > 2",
    "value + 1.0",
    "'text'",
    `${"(".repeat(1500)}true${")".repeat(1500)}x`,
    `${"true && ".repeat(400)}true`,
    "[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, a + b + c > 0)))",
    "string(value).matches('(((((a{1000}){1000}')",
  ])("%s is refused when it is compiled", (text) => {
    expect(ruleFault(text, IDS)).toEqual(expect.any(String));
  });

  test("a pattern that would run for ever elsewhere is answered at once", () => {
    const rule = compileRule(`value > 0.0 || "${"a".repeat(29)}!".matches("^(a+)+$")`, IDS);
    const start = performance.now();
    expect(typeof rule === "string" ? rule : rule.run({ ...VALUES, value: -1 })).toBe("broken");
    expect(performance.now() - start).toBeLessThan(500);
  });
});
