/**
 * JSON with one possible form: keys in the order the code writes them, numbers in JavaScript's shortest form, and a
 * place for what JSON lacks. NaN becomes null; infinities become the strings "Infinity" and "-Infinity".
 */

type JsonNumber = number | null | "Infinity" | "-Infinity";

export function jsonNumber(value: number): JsonNumber {
  if (Number.isFinite(value)) return value + 0;
  if (Number.isNaN(value)) return null;
  return value > 0 ? "Infinity" : "-Infinity";
}

export function numberOfJson(value: JsonNumber | undefined): number {
  if (value === null || value === undefined) return Number.NaN;
  return Number(value);
}

export function jsonNumbers(values: ArrayLike<number>): JsonNumber[] {
  return Array.from(values, jsonNumber);
}

export function numbersOfJson(values: readonly JsonNumber[]): Float64Array {
  return Float64Array.from(values, numberOfJson);
}

export function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Only for bytes this code wrote itself, from our own log: the shape is trusted. */
export function decodeJson<T>(bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as T;
}
