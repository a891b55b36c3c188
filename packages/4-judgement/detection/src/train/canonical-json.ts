/** Canonical JSON (RFC 8785): members sorted by UTF-16 code units, numbers as ECMAScript writes them, no blanks. */
import { assert } from "@twinward/kernel";

export function canonicalJson(value: unknown): string {
  if (typeof value === "number") {
    assert(Number.isFinite(value), "a canonical document holds finite numbers only");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
