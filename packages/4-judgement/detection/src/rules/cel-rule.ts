/**
 * One CEL rule of a signal: an expression over `value`, `previous` and the other signals by id that must be true.
 *
 * Compiled once, run for every row. The evaluator returns errors as values that count as true in JavaScript, so
 * only `=== true` counts as kept, `=== false` as broken; anything else is "cannot be said". Regular expressions are
 * RE2, so no pattern can run away. A missing value makes the rule silent, not broken.
 */
import { CelScalar, celEnv, isCelError, parse, plan } from "@bufbuild/cel";
import { celCost, RULE_CHARACTERS_MAX, RULE_COST_MAX } from "./cel-cost.ts";

export type RuleOutcome = "kept" | "broken" | "unknown";

export interface CelRule {
  readonly text: string;
  /** `values` holds `value`, `previous` and every signal id; NaN where a value is missing. */
  run(values: Readonly<Record<string, number>>): RuleOutcome;
}

/** The compiled rule, or one line that says what is wrong with it. */
export function compileRule(text: string, signalIds: readonly string[]): CelRule | string {
  if (text.length > RULE_CHARACTERS_MAX) return `rule is longer than ${RULE_CHARACTERS_MAX} characters`;
  const names = ["value", "previous", ...signalIds];
  try {
    const parsed = parse(text);
    const cost = celCost(parsed.expr);
    if (!(cost <= RULE_COST_MAX)) return `rule may cost ${cost} steps, at most ${RULE_COST_MAX} are allowed`;
    const env = celEnv({ variables: Object.fromEntries(names.map((name) => [name, CelScalar.DOUBLE])) });
    const evaluate = plan(env, parsed) as (values: Readonly<Record<string, number>>) => unknown;
    const trial = evaluate(Object.fromEntries(names.map((name) => [name, 1])));
    if (typeof trial !== "boolean") return whyNotBoolean(trial);
    const used = names.filter((name) => new RegExp(`(?<![\\w.])${escaped(name)}(?!\\w)`).test(text));
    return { text, run: (values) => outcomeOf(evaluate, used, values) };
  } catch (error) {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "not a CEL expression") : "not a CEL expression";
  }
}

/** For the site's reader: what is wrong with a rule, or undefined. */
export function ruleFault(text: string, signalIds: readonly string[]): string | undefined {
  const compiled = compileRule(text, signalIds);
  return typeof compiled === "string" ? compiled : undefined;
}

function outcomeOf(
  evaluate: (values: Readonly<Record<string, number>>) => unknown,
  used: readonly string[],
  values: Readonly<Record<string, number>>,
): RuleOutcome {
  for (const name of used) if (Number.isNaN(values[name] ?? Number.NaN)) return "unknown";
  const result = evaluate(values);
  if (result === true) return "kept";
  return result === false ? "broken" : "unknown";
}

function whyNotBoolean(result: unknown): string {
  if (isCelError(result)) return `${result.message} (numbers are doubles: write 1.0, not 1, in arithmetic)`;
  return "rule does not give true or false";
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
