/**
 * Snapshots of the judge: one canonical JSON text, so that the same state always has the same bytes.
 *
 * JSON has no NaN or infinity and cannot tell -0 from 0; all three occur in state, so they travel as words.
 */
import { TwinwardError } from "@twinward/kernel";

const WORDS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);
const MARK = "#";

export function encodeSnapshot(state: unknown): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify(state, (_key, value: unknown) => (typeof value === "number" ? word(value) : value)),
  );
}

export function decodeSnapshot(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes), (_key, value: unknown) => unword(value));
  } catch (cause) {
    throw new TwinwardError("JUDGE_SNAPSHOT", "the stored state of the judge cannot be read", { cause });
  }
}

function word(value: number): number | string {
  if (Object.is(value, -0)) return `${MARK}-0`;
  return Number.isFinite(value) ? value : `${MARK}${value}`;
}

function unword(value: unknown): unknown {
  if (typeof value !== "string" || !value.startsWith(MARK)) return value;
  return WORDS.get(value.slice(1)) ?? value;
}
