import { blockOf, isRefusal, READINGS_MAX, readingsOf } from "@twinward/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeColumns, encodeColumns } from "./columns.ts";
import { bytes } from "./frame.fixture.ts";

const NAMES = ["L_T1", "F_PU1", "S_PU1"];
const BASE = "01 1b 00000199c82cc000";
const ONE_VALUE = "04 d856 48 000000000000f03f";

describe("blocks come back as they went", () => {
  const reading = fc.record({
    signal: fc.constantFrom(...NAMES),
    timeMs: fc.integer({ min: 1_760_000_000_000, max: 1_760_000_000_000 + 2 ** 32 - 1 }),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    quality: fc.nat(3),
  });

  test("any readings, in float64", () => {
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 50 }), (readings) => {
        const block = decodeColumns(encodeColumns(blockOf(readings), NAMES), NAMES);
        expect(isRefusal(block) ? block : readingsOf(block)).toEqual(readings);
      }),
    );
  });

  test("float32 keeps 24 bits", () => {
    const readings = [{ signal: "L_T1", timeMs: 1_760_000_000_000, value: 0.1, quality: 0 }];
    const block = decodeColumns(encodeColumns(blockOf(readings), NAMES, { float32: true }), NAMES);
    expect(isRefusal(block) ? block : block.values[0]).toBe(Math.fround(0.1));
  });

  test("a table of more than 256 signals, and the most readings", () => {
    const names = Array.from({ length: 1000 }, (_, i) => `S_${i}`);
    const readings = Array.from({ length: READINGS_MAX }, (_, i) => ({
      signal: names[i % 999]!,
      timeMs: 1_760_000_000_000 + i,
      value: i,
      quality: 0,
    }));
    const payload = encodeColumns(blockOf(readings), names);
    const block = decodeColumns(payload, names);
    expect(isRefusal(block) ? block : readingsOf(block)).toEqual(readings);
    expect(isRefusal(block) ? 0 : block.names.length).toBe(999);
  });

  test("offsets and qualities may be absent: all at the base time, all good", () => {
    const block = decodeColumns(bytes("a3", BASE, "02 d840 41 01", ONE_VALUE), NAMES);
    expect(isRefusal(block) ? block : readingsOf(block)).toEqual([
      { signal: "F_PU1", timeMs: 0x199c82cc000, value: 1, quality: 0 },
    ]);
  });
});

describe("what decodeColumns refuses", () => {
  test.each([
    ["nothing", "", "CBOR_TRUNCATED"],
    ["an array", "80", "CBOR_UNEXPECTED_TYPE"],
    ["no values", `a2 ${BASE} 02 d840 41 00`, "COLUMNS_FIELD"],
    ["no base", `a2 02 d840 41 00 ${ONE_VALUE}`, "READING_TIME_RANGE"],
    ["a relative base", `a3 01 00 02 d840 41 00 ${ONE_VALUE}`, "READING_TIME_RANGE"],
    ["times beyond 2^53", `a4 01 1b 001fffffffffffff 02 d840 41 00 03 d840 41 01 ${ONE_VALUE}`, "READING_TIME_RANGE"],
    ["an unknown field", `a4 ${BASE} 02 d840 41 00 ${ONE_VALUE} 06 00`, "COLUMNS_FIELD"],
    ["field 0", `a4 ${BASE} 02 d840 41 00 ${ONE_VALUE} 00 00`, "COLUMNS_FIELD"],
    ["a text as field", `a4 ${BASE} 02 d840 41 00 ${ONE_VALUE} 61 61 00`, "CBOR_UNEXPECTED_TYPE"],
    ["a field twice", `a4 ${BASE} 02 d840 41 00 02 d840 41 00 ${ONE_VALUE}`, "CBOR_DUPLICATE_KEY"],
    ["values without tag", `a3 ${BASE} 02 d840 41 00 04 48 000000000000f03f`, "CBOR_UNEXPECTED_TYPE"],
    ["big-endian values", `a3 ${BASE} 02 d840 41 00 04 d852 48 3ff0000000000000`, "COLUMNS_FIELD"],
    ["values as integers", `a3 ${BASE} 02 d840 41 00 04 d840 41 00`, "COLUMNS_FIELD"],
    ["half a value", `a3 ${BASE} 02 d840 41 00 04 d856 44 00000000`, "COLUMNS_LENGTH"],
    ["no reading", `a3 ${BASE} 02 d840 40 04 d856 40`, "READINGS_COUNT"],
    ["more signals than values", `a3 ${BASE} 02 d840 42 0000 ${ONE_VALUE}`, "COLUMNS_LENGTH"],
    ["fewer qualities than values", `a4 ${BASE} 02 d840 41 00 ${ONE_VALUE} 05 d840 40`, "COLUMNS_LENGTH"],
    ["a signal outside the table", `a3 ${BASE} 02 d840 41 03 ${ONE_VALUE}`, "SIGNAL_UNKNOWN"],
    ["quality 4", `a4 ${BASE} 02 d840 41 00 ${ONE_VALUE} 05 d840 41 04`, "READING_QUALITY"],
    ["NaN", `a3 ${BASE} 02 d840 41 00 04 d856 48 000000000000f87f`, "READING_NOT_FINITE"],
    ["infinity in float32", `a3 ${BASE} 02 d840 41 00 04 d855 44 0000807f`, "READING_NOT_FINITE"],
    ["bytes behind the map", `a3 ${BASE} 02 d840 41 00 ${ONE_VALUE} 00`, "CBOR_TRAILING_BYTES"],
    ["an indefinite column", `a3 ${BASE} 02 d840 5f 41 00 ff ${ONE_VALUE}`, "CBOR_INDEFINITE"],
  ])("%s", (_, hex, code) => {
    expect(decodeColumns(bytes(hex), NAMES)).toMatchObject({ refused: true, code });
  });

  test("10,001 readings", () => {
    const count = READINGS_MAX + 1;
    const payload = bytes(
      "a3",
      BASE,
      "02 d840 59 2711",
      new Uint8Array(count),
      "04 d855 59 9c44",
      new Uint8Array(4 * count),
    );
    expect(decodeColumns(payload, NAMES)).toMatchObject({ code: "READINGS_COUNT" });
  });
});

test("any bytes: a block within its invariants, or a refusal", () => {
  const valid = encodeColumns(
    blockOf(NAMES.map((signal, i) => ({ signal, timeMs: 1_760_000_000_000 + i, value: i / 3, quality: i }))),
    NAMES,
  );
  const mutated = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 }).map((changes) => {
    const payload = valid.slice();
    for (const [at, byte] of changes) payload[at] = byte;
    return payload;
  });
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 60 })), (payload) => {
      const block = decodeColumns(payload, NAMES);
      if (isRefusal(block)) return;
      const { names, signals, values, timesMs, qualities } = block;
      expect(new Set([signals.length, values.length, timesMs.length, qualities.length]).size).toBe(1);
      expect(values.every(Number.isFinite) && timesMs.every(Number.isSafeInteger)).toBe(true);
      expect(signals.every((signal) => names[signal] !== undefined)).toBe(true);
      expect(new Set(signals).size).toBe(names.length);
    }),
    { numRuns: 5000 },
  );
});
