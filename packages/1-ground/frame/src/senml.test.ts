import { blockOf, isRefusal, QUALITIES, readingsOf } from "@twinward/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CborWriter } from "./cbor-writer.ts";
import { bytes, TABLE } from "./frame.fixture.ts";
import { decodeSenml } from "./senml.ts";
import { encodeSenml } from "./senml-encode.ts";

const SECONDS = "1a 68e77800"; // 1,760,000,000
const NAME = "00 61 61";

function rowsOf(payload: Uint8Array) {
  const pack = decodeSenml(payload);
  return isRefusal(pack) ? pack.code : readingsOf(pack).map(({ signal, timeMs, value }) => [signal, timeMs, value]);
}

test("the pack with several measurements of RFC 8428 section 5.1.2", () => {
  const writer = new CborWriter().arrayHead(3);
  writer.mapHead(7).integer(-2).text("urn:dev:ow:10e2073a01080063:").integer(-3).float64(1.276020076001e9);
  writer.integer(-4).text("A").integer(-1).unsigned(5).unsigned(0).text("voltage").unsigned(1).text("V");
  writer.unsigned(2).float64(120.1);
  writer.mapHead(3).unsigned(0).text("current").unsigned(6).integer(-5).unsigned(2).float64(1.2);
  writer.mapHead(2).unsigned(0).text("current").unsigned(2).float64(1.7);
  const pack = decodeSenml(writer.finish());
  expect(isRefusal(pack) ? pack : [pack.names, pack.units]).toEqual([
    ["urn:dev:ow:10e2073a01080063:voltage", "urn:dev:ow:10e2073a01080063:current"],
    ["V", "A"],
  ]);
  expect(rowsOf(writer.finish())).toEqual([
    ["urn:dev:ow:10e2073a01080063:voltage", 1_276_020_076_001, 120.1],
    ["urn:dev:ow:10e2073a01080063:current", 1_276_020_071_001, 1.2],
    ["urn:dev:ow:10e2073a01080063:current", 1_276_020_076_001, 1.7],
  ]);
});

describe("what a record may say", () => {
  test.each([
    ["a base value alone is the value", `81 a3 ${NAME} 22 ${SECONDS} 24 02`, 2],
    ["a value adds to the base value", `81 a4 ${NAME} 22 ${SECONDS} 24 02 02 03`, 5],
    ["true is 1", `81 a3 ${NAME} 06 ${SECONDS} 04 f5`, 1],
    ["a decimal fraction", `81 a3 ${NAME} 06 ${SECONDS} 02 c4 82 21 19 6ab3`, 273.15],
    ["a half float", `81 a3 ${NAME} 06 ${SECONDS} 02 f9 3e00`, 1.5],
    ["an unknown label is read over", `81 a4 ${NAME} 06 ${SECONDS} 02 01 63 666f6f 82 00 a0`, 1],
    ["a sum beside a value is read over", `81 a4 ${NAME} 06 ${SECONDS} 02 01 05 18 64`, 1],
    ["version 10", `81 a4 ${NAME} 06 ${SECONDS} 02 01 20 0a`, 1],
  ])("%s", (_, hex, value) => {
    expect(rowsOf(bytes(hex))).toEqual([["a", 1_760_000_000_000, value]]);
  });

  test.each(QUALITIES)("quality %s", (quality) => {
    const readings = [{ signal: "L_T1", timeMs: 1_760_000_000_000, value: 1, quality: QUALITIES.indexOf(quality) }];
    const pack = decodeSenml(encodeSenml(blockOf(readings), ["m"]));
    expect(isRefusal(pack) ? pack : readingsOf(pack)).toEqual(readings);
  });
});

describe("what decodeSenml refuses", () => {
  test.each([
    ["an empty pack", "80", "READINGS_COUNT"],
    ["a map", "a0", "CBOR_UNEXPECTED_TYPE"],
    ["an indefinite pack", "9f ff", "CBOR_INDEFINITE"],
    ["a claimed million records", "9a 000f4240", "CBOR_TRUNCATED"],
    ["no value", `81 a2 ${NAME} 06 ${SECONDS}`, "SENML_VALUE"],
    ["a text value", `81 a3 ${NAME} 06 ${SECONDS} 03 61 61`, "SENML_VALUE"],
    ["a data value", `81 a3 ${NAME} 06 ${SECONDS} 08 41 61`, "SENML_VALUE"],
    ["a number and a boolean", `81 a4 ${NAME} 06 ${SECONDS} 02 01 04 f5`, "SENML_VALUE"],
    ["a null value", `81 a3 ${NAME} 06 ${SECONDS} 02 f6`, "CBOR_UNEXPECTED_TYPE"],
    ["a null boolean", `81 a3 ${NAME} 06 ${SECONDS} 04 f6`, "SENML_VALUE"],
    ["no time", `81 a2 ${NAME} 02 01`, "SENML_TIME_RELATIVE"],
    ["a relative time", `81 a3 ${NAME} 06 1a 0fffffff 02 01`, "SENML_TIME_RELATIVE"],
    ["a negative time", `81 a3 ${NAME} 06 20 02 01`, "SENML_TIME_RELATIVE"],
    ["a time beyond 2^53 ms", `81 a3 ${NAME} 06 fb 430c6bf526340000 02 01`, "READING_TIME_RANGE"],
    ["time NaN", `81 a3 ${NAME} 06 f9 7e00 02 01`, "READING_NOT_FINITE"],
    ["value infinity", `81 a3 ${NAME} 06 ${SECONDS} 02 f9 7c00`, "READING_NOT_FINITE"],
    ["a decimal fraction that overflows", `81 a3 ${NAME} 06 ${SECONDS} 02 c4 82 19 0190 01`, "READING_NOT_FINITE"],
    [
      "a decimal fraction with a huge exponent",
      `81 a3 ${NAME} 06 ${SECONDS} 02 c4 82 19 0191 01`,
      "CBOR_INTEGER_RANGE",
    ],
    ["another tag as value", `81 a3 ${NAME} 06 ${SECONDS} 02 c2 41 01`, "CBOR_UNEXPECTED_TYPE"],
    ["no name", `81 a2 06 ${SECONDS} 02 01`, "SENML_NAME"],
    ["a name that begins with a dash", `81 a3 00 62 2d61 06 ${SECONDS} 02 01`, "SENML_NAME"],
    ["a name with a newline", `81 a3 00 62 610a 06 ${SECONDS} 02 01`, "SENML_NAME"],
    ["two units for one name", `82 a4 ${NAME} 01 61 6d 22 ${SECONDS} 02 01 a3 ${NAME} 01 61 6b 02 01`, "SENML_UNIT"],
    ["version 11", `81 a4 ${NAME} 06 ${SECONDS} 02 01 20 0b`, "SENML_VERSION"],
    ["two versions", `82 a4 ${NAME} 22 ${SECONDS} 02 01 20 05 a3 ${NAME} 02 01 20 06`, "SENML_VERSION"],
    ["a label that must be understood", `81 a4 ${NAME} 06 ${SECONDS} 02 01 62 615f 00`, "SENML_LABEL"],
    ["the label v as text", `81 a3 ${NAME} 06 ${SECONDS} 61 76 01`, "SENML_LABEL"],
    ["an unknown quality", `81 a4 ${NAME} 06 ${SECONDS} 02 01 67 7175616c697479 63 626164`, undefined],
    ["a made-up quality", `81 a4 ${NAME} 06 ${SECONDS} 02 01 67 7175616c697479 63 626166`, "READING_QUALITY"],
    ["a label twice", `81 a4 ${NAME} 06 ${SECONDS} 02 01 02 02`, "CBOR_DUPLICATE_KEY"],
    ["an unknown label twice", `81 a5 ${NAME} 06 ${SECONDS} 02 01 18 63 00 18 63 00`, "CBOR_DUPLICATE_KEY"],
    ["a text label twice", `81 a5 ${NAME} 06 ${SECONDS} 02 01 61 7a 00 61 7a 00`, "CBOR_DUPLICATE_KEY"],
    ["bytes behind the pack", `81 a3 ${NAME} 06 ${SECONDS} 02 01 00`, "CBOR_TRAILING_BYTES"],
    ["a deep unknown value", `81 a4 ${NAME} 06 ${SECONDS} 02 01 18 63 ${"81".repeat(40)}00`, "CBOR_TOO_DEEP"],
  ])("%s", (_, hex, code) => {
    const pack = decodeSenml(bytes(hex));
    expect(isRefusal(pack) ? pack.code : undefined).toBe(code);
  });
});

test("readings come back as they went, to the millisecond", () => {
  const reading = fc.record({
    signal: fc.constantFrom(...TABLE.names),
    timeMs: fc.integer({ min: 2 ** 28 * 1000, max: 4_102_444_800_000 }),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    quality: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 20 }), (readings) => {
      const pack = decodeSenml(encodeSenml(blockOf(readings)));
      expect(isRefusal(pack) ? pack : readingsOf(pack)).toEqual(readings);
    }),
  );
});

test("any bytes: readings within the invariants, or a refusal", () => {
  const valid = bytes(
    `82 a5 ${NAME} 01 61 6d 22 ${SECONDS} 02 01 67 7175616c697479 63 626164 a3 ${NAME} 01 61 6d 02 05`,
  );
  const mutated = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 }).map((changes) => {
    const payload = valid.slice();
    for (const [at, byte] of changes) payload[at] = byte;
    return payload;
  });
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 60 })), (payload) => {
      const pack = decodeSenml(payload);
      if (isRefusal(pack)) return;
      expect(pack.values.every(Number.isFinite)).toBe(true);
      expect(pack.timesMs.every((timeMs) => Number.isSafeInteger(timeMs) && timeMs >= 2 ** 28 * 1000)).toBe(true);
      expect(pack.names.every((name) => /^[A-Za-z0-9]/.test(name))).toBe(true);
    }),
    { numRuns: 5000 },
  );
});
