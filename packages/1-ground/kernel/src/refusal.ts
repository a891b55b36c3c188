/**
 * Refusal: what untrusted input gets instead of an exception.
 *
 * Three kinds of "no" are never mixed. A refusal (this file) is a value: the input was hostile or
 * wrong, and we go on. An error (error.ts) means our surroundings failed: disk, network,
 * configuration. An assertion (assert.ts) means our own promise is broken: stop.
 */

/** Who has to change something for the next try to succeed. */
export type Party = "sender" | "relay" | "operator" | "auditor";

export interface Refusal<Code extends string = string> {
  readonly refused: true;
  /** Stable for ever, UPPER_SNAKE_CASE, listed in docs/refusals.md. */
  readonly code: Code;
  readonly party: Party;
  /** One line for a person. Never holds a secret and never more than 200 characters of the input. */
  readonly detail: string;
}

const DETAIL_CHARACTERS_MAX = 400;

export function refuse<Code extends string>(code: Code, party: Party, detail: string): Refusal<Code> {
  return { refused: true, code, party, detail: detail.slice(0, DETAIL_CHARACTERS_MAX) };
}

/** Narrows a result to its refusal. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && (value as { refused?: unknown }).refused === true;
}
