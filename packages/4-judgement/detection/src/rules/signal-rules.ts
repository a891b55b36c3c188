/**
 * What the site states about its signals, checked row by row: range, allowed values, rate of change, flatline, rules.
 *
 * These limits come from the site description, not from data; a value that breaks one is false whatever a model says.
 * State per signal: the last value with its time, and since when it has not changed. Missing values change nothing.
 */
import { assert } from "@twinward/kernel";
import type { Signal } from "@twinward/plant";
import type { Cause } from "../judge.ts";
import { type CelRule, compileRule } from "./cel-rule.ts";

export interface SignalRulesState {
  readonly last: number[];
  readonly lastMs: number[];
  readonly sinceMs: number[];
}

export class SignalRules {
  readonly #signals: readonly Signal[];
  readonly #rules: readonly (readonly CelRule[])[];
  readonly #last: Float64Array;
  readonly #lastMs: Float64Array;
  readonly #sinceMs: Float64Array;

  constructor(signals: readonly Signal[]) {
    const ids = signals.map((signal) => signal.id);
    this.#signals = signals;
    this.#rules = signals.map((signal) => signal.rules.map((text) => compiled(text, ids)));
    this.#last = new Float64Array(signals.length).fill(Number.NaN);
    this.#lastMs = new Float64Array(signals.length).fill(Number.NaN);
    this.#sinceMs = new Float64Array(signals.length).fill(Number.NaN);
  }

  /** The broken limits of one row, in signal order. */
  check(timeMs: number, values: Float64Array): Cause[] {
    const causes: Cause[] = [];
    for (const signal of this.#signals) {
      const value = values[signal.number]!;
      if (Number.isNaN(value)) continue;
      causes.push(...limitCauses(signal, value), ...this.#historyCauses(signal, timeMs, value));
    }
    causes.push(...this.#ruleCauses(values));
    this.#remember(timeMs, values);
    return causes;
  }

  state(): SignalRulesState {
    return { last: [...this.#last], lastMs: [...this.#lastMs], sinceMs: [...this.#sinceMs] };
  }

  restore(state: SignalRulesState): void {
    this.#last.set(state.last);
    this.#lastMs.set(state.lastMs);
    this.#sinceMs.set(state.sinceMs);
  }

  #historyCauses(signal: Signal, timeMs: number, value: number): Cause[] {
    const causes: Cause[] = [];
    const last = this.#last[signal.number]!;
    const seconds = (timeMs - this.#lastMs[signal.number]!) / 1000;
    if (signal.rateMax !== undefined && seconds > 0) {
      // Rounding alone can move a value by one step of the resolution.
      const allowed = signal.rateMax * seconds + signal.resolution;
      const moved = Math.abs(value - last);
      if (moved > allowed)
        causes.push(
          cause("rate", signal, value, last, moved / allowed, `moved ${text(moved)} ${signal.unit} in ${seconds} s`),
        );
    }
    const flatMs = timeMs - this.#sinceMs[signal.number]!;
    if (signal.flatlineMsMax !== undefined && value === last && flatMs > signal.flatlineMsMax) {
      causes.push(
        cause(
          "flatline",
          signal,
          value,
          null,
          flatMs / signal.flatlineMsMax,
          `has not changed for ${text(flatMs / 3_600_000)} h`,
        ),
      );
    }
    return causes;
  }

  #ruleCauses(values: Float64Array): Cause[] {
    const causes: Cause[] = [];
    let named: Record<string, number> | undefined;
    for (const signal of this.#signals) {
      const rules = this.#rules[signal.number]!;
      if (rules.length === 0) continue;
      named ??= Object.fromEntries(this.#signals.map((each) => [each.id, values[each.number]!]));
      const value = values[signal.number]!;
      const seen = { ...named, value, previous: this.#last[signal.number]! };
      for (const rule of rules) {
        if (rule.run(seen) === "broken")
          causes.push(cause("rule", signal, value, null, 1, `rule not kept: ${rule.text}`));
      }
    }
    return causes;
  }

  #remember(timeMs: number, values: Float64Array): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      if (value !== this.#last[i]!) this.#sinceMs[i] = timeMs;
      this.#last[i] = value;
      this.#lastMs[i] = timeMs;
    }
  }
}

function limitCauses(signal: Signal, value: number): Cause[] {
  const causes: Cause[] = [];
  const span = signal.maximum - signal.minimum || 1;
  const beyond = Math.max(signal.minimum - value, value - signal.maximum);
  if (beyond > 0) {
    const limit = value < signal.minimum ? signal.minimum : signal.maximum;
    causes.push(
      cause(
        "range",
        signal,
        value,
        limit,
        1 + beyond / span,
        `outside ${text(signal.minimum)} to ${text(signal.maximum)} ${signal.unit}`,
      ),
    );
  }
  if (signal.enum && !signal.enum.includes(value)) {
    causes.push(cause("enum", signal, value, null, 1, `is none of ${signal.enum.join(", ")}`));
  }
  return causes;
}

function compiled(rule: string, ids: readonly string[]): CelRule {
  const compiledRule = compileRule(rule, ids);
  assert(typeof compiledRule !== "string", `the site's reader has refused bad rules: ${rule}: ${compiledRule}`);
  return compiledRule;
}

function cause(
  check: string,
  signal: Signal,
  measured: number,
  expected: number | null,
  deviation: number,
  words: string,
): Cause {
  return {
    check,
    signal: signal.id,
    measured,
    expected,
    deviation,
    text: `${signal.id} = ${text(measured)}: ${words}`,
  };
}

/** A number as people read it. */
export function text(value: number): string {
  return String(Number(value.toPrecision(5)));
}
