import { readFileSync } from "node:fs";
import { encodeCbor } from "@twinward/frame";
import { isRefusal, toHex } from "@twinward/kernel";
import { decode, encode } from "cborg";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ENTRY_KINDS, type Fact } from "./entry.ts";
import { decodeEntry, encodeEntry } from "./entry-bytes.ts";

const leaf = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.maxSafeInteger(),
  // The other encoder writes -0 as the integer 0.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 80 }),
);
const { fact } = fc.letrec<{ fact: Fact }>((tie) => ({
  fact: fc.oneof(
    { depthSize: "small", maxDepth: 5 },
    leaf,
    fc.array(tie("fact"), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: "grapheme", maxLength: 30 }), tie("fact"), { maxKeys: 6 }),
  ) as fc.Arbitrary<Fact>,
}));
const facts = fc.dictionary(fc.string({ unit: "grapheme", maxLength: 30 }), fact, { maxKeys: 8 });

test("the document lists every kind", () => {
  const document = readFileSync(new URL("../../../../docs/formats/entry.md", import.meta.url), "utf8");
  const listed = /^Kinds: ([^.]+)\.$/m.exec(document)?.[1]?.match(/[a-z-]+/g);
  expect(listed).toEqual([...ENTRY_KINDS]);
});

describe("the bytes of an entry", () => {
  test("come back as the same content, and another CBOR library reads the same", () => {
    fc.assert(
      fc.property(facts, fc.maxSafeInteger(), fc.boolean(), (given, atMs, withBody) => {
        const body = withBody ? { key: new Uint8Array(8).fill(1), commitment: new Uint8Array(32).fill(2) } : undefined;
        const content = { kind: "judgement", atMs, facts: given, body, states: undefined } as const;
        const bytes = encodeEntry(content);
        const decoded = decodeEntry(bytes);
        if (isRefusal(decoded)) throw new Error(decoded.detail);
        expect(plain(decoded.facts)).toEqual(plain(given));
        expect([decoded.kind, decoded.atMs, decoded.body]).toEqual(["judgement", atMs, body]);
        const foreign = decode(bytes) as { facts: { [name: string]: Fact }; at: number };
        expect([plain(foreign.facts), foreign.at]).toEqual([plain(given), atMs]);
      }),
    );
  });

  test("are the deterministic form that other encoders give", () => {
    fc.assert(
      fc.property(facts, (given) => {
        const bytes = encodeEntry({ kind: "tick", atMs: 7, facts: given, body: undefined, states: undefined });
        expect(toHex(bytes)).toBe(toHex(encode({ v: 1, at: 7, kind: "tick", facts: given }, { float64: true })));
      }),
    );
  });

  test("are short for a frame", () => {
    const digest = new Uint8Array(32);
    const frame = {
      device: "plc1",
      iss: "plc1",
      boot: 1,
      seq: 12_345,
      digest,
      prev: digest,
      signedAt: "device",
      bytes: 1300,
      readings: 100,
    };
    const body = { key: new Uint8Array(8), commitment: undefined };
    expect(encodeEntry({ kind: "frame", atMs: 1.76e12, facts: frame, body, states: undefined }).length).toBeLessThan(
      210,
    );
  });

  test.each([
    [
      "another version",
      new Map<string, unknown>([
        ["v", 2],
        ["at", 1],
        ["kind", "tick"],
        ["facts", new Map()],
      ]),
    ],
    [
      "an unknown kind",
      new Map<string, unknown>([
        ["v", 1],
        ["at", 1],
        ["kind", "party"],
        ["facts", new Map()],
      ]),
    ],
    [
      "an unknown field",
      new Map<string, unknown>([
        ["v", 1],
        ["at", 1],
        ["kind", "tick"],
        ["facts", new Map()],
        ["more", 1],
      ]),
    ],
    [
      "no facts",
      new Map<string, unknown>([
        ["v", 1],
        ["at", 1],
        ["kind", "tick"],
      ]),
    ],
    [
      "a time that is no integer",
      new Map<string, unknown>([
        ["v", 1],
        ["at", 1.5],
        ["kind", "tick"],
        ["facts", new Map()],
      ]),
    ],
    [
      "a body without key",
      new Map<string, unknown>([
        ["v", 1],
        ["at", 1],
        ["kind", "tick"],
        ["facts", new Map()],
        ["body", new Map()],
      ]),
    ],
  ])("with %s are refused", (_, item) => {
    expect(decodeEntry(encodeCbor(item as never))).toMatchObject({ code: "ENTRY_MALFORMED" });
  });

  test("changed anywhere are refused or are another entry, never a crash", () => {
    const bytes = encodeEntry({
      kind: "tick",
      atMs: 77,
      facts: { a: 1, b: "text", c: [1, 2.5, null] },
      body: undefined,
      states: undefined,
    });
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = new Uint8Array(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        const decoded = decodeEntry(changed);
        if (!isRefusal(decoded)) expect(toHex(encodeEntry(decoded))).toBe(toHex(changed));
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => void decodeEntry(noise)),
      { numRuns: 2000 },
    );
  });
});

/** Without prototypes, with numbers told apart by their bits. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const pairs = Object.entries(value).map(([name, item]) => [name, plain(item)] as const);
  return pairs.sort(([left], [right]) => (left < right ? -1 : 1));
}
