import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSenml } from "./senml.ts";
import { encodeSenml } from "./senml-encode.ts";
import { guideOf } from "./senml-guide.ts";
import { encodeSignalTable } from "./signal-table.ts";

const TABLE = encodeSignalTable("plc", [
  ["a", "m"],
  ["ab", "m"],
  ["b/level", "L/s"],
  ["no name of SenML", "m"],
  ["c", "m"],
]);
const NAMES = [...TABLE.names.filter((name) => name !== "no name of SenML"), "x", "abc"];

function packOf(names: readonly string[]): Uint8Array {
  const known = [...new Set(names)];
  const block = {
    names: known,
    signals: Uint32Array.from(names, (name) => known.indexOf(name)),
    timesMs: Float64Array.from(names, (_, i) => 1_767_225_600_000 + i),
    values: Float64Array.from(names, (_, i) => i / 3),
    qualities: new Uint8Array(names.length),
  };
  return encodeSenml(
    block,
    known.map((name) => (name === "x" ? undefined : "m")),
  );
}

describe("a guide to the names of a pack", () => {
  it("changes nothing in what a pack decodes to, whatever its names and their order", () => {
    const order = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(order, (names) => {
        const payload = packOf(names);
        expect(decodeSenml(payload, guideOf(TABLE))).toEqual(decodeSenml(payload));
      }),
    );
  });

  it("changes nothing in what is refused, whatever byte is wrong", () => {
    const payload = packOf(TABLE.names.slice(0, 3));
    fc.assert(
      fc.property(fc.nat(payload.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const wrong = payload.slice();
        wrong[at] = (wrong[at] ?? 0) ^ flip;
        expect(decodeSenml(wrong, guideOf(TABLE))).toEqual(decodeSenml(wrong));
      }),
    );
  });

  it("gives the names of a pack in the table's order as the table's own texts", () => {
    const pack = decodeSenml(packOf(["a", "ab", "b/level"]), guideOf(TABLE));
    expect(pack).toMatchObject({ names: ["a", "ab", "b/level"] });
  });

  it("knows no name from the first one on that SenML cannot carry", () => {
    expect(guideOf(TABLE).names).toEqual(["a", "ab", "b/level"]);
  });
});
