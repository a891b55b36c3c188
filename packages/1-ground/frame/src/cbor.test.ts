import { readFileSync } from "node:fs";
import { isRefusal } from "@twinward/kernel";
import { decode } from "cborg";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CborValue, decodeCbor, encodeCbor } from "./cbor-value.ts";
import { bytes, sharedVectors } from "./frame.fixture.ts";

describe("what CBOR allows and we refuse", () => {
  test.each([
    ["", "CBOR_TRUNCATED"],
    ["18", "CBOR_TRUNCATED"],
    ["44 010203", "CBOR_TRUNCATED"],
    ["83 0102", "CBOR_TRUNCATED"],
    ["9b ffffffffffffffff", "CBOR_INTEGER_RANGE"],
    ["9a ffffffff", "CBOR_TRUNCATED"],
    ["ba 7fffffff", "CBOR_TRUNCATED"],
    ["00 00", "CBOR_TRAILING_BYTES"],
    ["1c", "CBOR_INVALID"],
    ["ff", "CBOR_INDEFINITE"],
    ["5f 41 00 ff", "CBOR_INDEFINITE"],
    ["a2 01 02 01 03", "CBOR_DUPLICATE_KEY"],
    ["a2 01 02 18 01 03", "CBOR_DUPLICATE_KEY"],
    ["a2 6161 02 6161 03", "CBOR_DUPLICATE_KEY"],
    ["a1 40 00", "CBOR_UNEXPECTED_TYPE"],
    ["62 c328", "CBOR_INVALID"],
    ["63 eda080", "CBOR_INVALID"],
    ["f8 18", "CBOR_INVALID"],
    ["f7", "CBOR_UNEXPECTED_TYPE"],
    ["c0 60", "CBOR_UNEXPECTED_TYPE"],
    ["f9 7e00", "READING_NOT_FINITE"],
    ["1b 0020000000000000", "CBOR_INTEGER_RANGE"],
    ["3b 001fffffffffffff", "CBOR_INTEGER_RANGE"],
    [`${"81".repeat(17)}00`, "CBOR_TOO_DEEP"],
  ])("%s is refused with %s", (hex, code) => {
    expect(decodeCbor(bytes(hex))).toMatchObject({ refused: true, code });
  });

  test.each([
    ["1b 001fffffffffffff", Number.MAX_SAFE_INTEGER],
    ["3b 001ffffffffffffe", -Number.MAX_SAFE_INTEGER],
    [`${"81".repeat(15)}00`, [[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]],
    ["64 efbbbf61", "\ufeffa"],
    ["18 01", 1],
  ])("%s is at the edge and taken", (hex, value) => {
    expect(decodeCbor(bytes(hex))).toEqual(value);
  });
});

const cborValues = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: "grapheme" }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array(),
    fc.array(tie("value"), { maxLength: 5 }),
    fc
      .array(fc.tuple(fc.oneof(fc.string(), fc.integer()), tie("value")), { maxLength: 5 })
      .map((pairs) => new Map(pairs)),
  ),
})).value;

test("what we write, we and another library read back the same", () => {
  fc.assert(
    fc.property(cborValues, (value) => {
      const encoded = encodeCbor(value);
      expect(decodeCbor(encoded)).toEqual(value);
      expect(decode(encoded, { useMaps: true, rejectDuplicateMapKeys: true })).toEqual(value);
    }),
  );
});

test("what we accept, a strict other library accepts with the same value", () => {
  const mutated = fc.tuple(cborValues, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }));
  const hostile = mutated.map(([value, changes]) => {
    const encoded = encodeCbor(value);
    for (const [at, byte] of changes) encoded[at % encoded.length] = byte;
    return encoded;
  });
  fc.assert(
    fc.property(fc.oneof(hostile, fc.uint8Array({ maxLength: 40 })), (input) => {
      const value = decodeCbor(input);
      if (isRefusal(value)) return;
      const theirs = decode(input, { useMaps: true, rejectDuplicateMapKeys: true, allowIndefinite: false });
      expect(value).toEqual(theirs);
    }),
    { numRuns: 5000 },
  );
});

/**
 * RFC 8949 appendix A. Refused, with reason: integers beyond 2^53 - 1 and bignums (no format of ours has them), NaN and
 * infinities, `undefined` and unassigned simple values, tags (each format reads its own), indefinite lengths.
 */
const REFUSED: Readonly<Record<string, string>> = {
  "1bffffffffffffffff": "CBOR_INTEGER_RANGE",
  "3bffffffffffffffff": "CBOR_INTEGER_RANGE",
  c249010000000000000000: "CBOR_UNEXPECTED_TYPE",
  c349010000000000000000: "CBOR_UNEXPECTED_TYPE",
  f97c00: "READING_NOT_FINITE",
  f97e00: "READING_NOT_FINITE",
  f9fc00: "READING_NOT_FINITE",
  fa7f800000: "READING_NOT_FINITE",
  fa7fc00000: "READING_NOT_FINITE",
  faff800000: "READING_NOT_FINITE",
  fb7ff0000000000000: "READING_NOT_FINITE",
  fb7ff8000000000000: "READING_NOT_FINITE",
  fbfff0000000000000: "READING_NOT_FINITE",
  f7: "CBOR_UNEXPECTED_TYPE",
  f0: "CBOR_UNEXPECTED_TYPE",
  f818: "CBOR_INVALID",
  f8ff: "CBOR_UNEXPECTED_TYPE",
  c074323031332d30332d32315432303a30343a30305a: "CBOR_UNEXPECTED_TYPE",
  c11a514b67b0: "CBOR_UNEXPECTED_TYPE",
  c1fb41d452d9ec200000: "CBOR_UNEXPECTED_TYPE",
  d74401020304: "CBOR_UNEXPECTED_TYPE",
  d818456449455446: "CBOR_UNEXPECTED_TYPE",
  d82076687474703a2f2f7777772e6578616d706c652e636f6d: "CBOR_UNEXPECTED_TYPE",
  "5f42010243030405ff": "CBOR_INDEFINITE",
  "7f657374726561646d696e67ff": "CBOR_INDEFINITE",
  "9fff": "CBOR_INDEFINITE",
  "9f018202039f0405ffff": "CBOR_INDEFINITE",
  "9f01820203820405ff": "CBOR_INDEFINITE",
  "83018202039f0405ff": "CBOR_INDEFINITE",
  "83019f0203ff820405": "CBOR_INDEFINITE",
  "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff": "CBOR_INDEFINITE",
  bf61610161629f0203ffff: "CBOR_INDEFINITE",
  "826161bf61626163ff": "CBOR_INDEFINITE",
  bf6346756ef563416d7421ff: "CBOR_INDEFINITE",
};

interface AppendixVector {
  readonly hex: string;
  readonly decoded?: unknown;
  readonly diagnostic?: string;
}

const folder = sharedVectors("cbor");

test.skipIf(folder === undefined)(
  "the CBOR vectors: 48 are accepted with their value, 34 refused for a stated reason",
  () => {
    const vectors = JSON.parse(readFileSync(`${folder}appendix_a.json`, "utf8")) as AppendixVector[];
    let accepted = 0;
    for (const { hex, decoded, diagnostic } of vectors) {
      const value = decodeCbor(bytes(hex));
      const code = REFUSED[hex];
      if (code !== undefined) {
        expect(value, hex).toMatchObject({ refused: true, code });
        continue;
      }
      accepted += 1;
      if (diagnostic === undefined) expect(asJson(value as CborValue), hex).toEqual(decoded);
      else expect(isRefusal(value), `${hex} ${diagnostic}`).toBe(false);
    }
    expect([accepted, Object.keys(REFUSED).length]).toEqual([48, 34]);
    expect(vectors.length).toBe(82);
  },
);

function asJson(value: CborValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, asJson(item)]));
  return Array.isArray(value) ? value.map(asJson) : value;
}
