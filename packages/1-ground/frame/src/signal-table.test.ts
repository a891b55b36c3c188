import { isRefusal } from "@twinward/kernel";
import { expect, test } from "vitest";
import { encodeCbor } from "./cbor-value.ts";
import { bytes, header, readings, SIGNER, TABLE } from "./frame.fixture.ts";
import {
  decodePayload,
  decodeSignalTable,
  encodeFrame,
  encodeSenml,
  encodeSignalTable,
  parseFrame,
  SENML_TYPE,
} from "./index.ts";

test("a table comes back as it went", () => {
  expect(decodeSignalTable(TABLE.bytes)).toEqual(TABLE);
  expect(TABLE.bytes.subarray(0, 5)).toEqual(bytes("a3 61 76 01 66"));
});

test.each([
  ["keys in another order", bytes("a3 66 646576696365 61 61 61 76 01 67 7369676e616c73 80")],
  ["a head that is not the shortest", bytes("a3 61 76 18 01 66 646576696365 61 61 67 7369676e616c73 80")],
  [
    "a further field",
    encodeCbor(
      new Map<string, number | string | []>([
        ["v", 1],
        ["device", "a"],
        ["signals", []],
        ["x", 1],
      ]),
    ),
  ],
  [
    "a name twice",
    encodeSignalTable("a", [
      ["L_T1", "m"],
      ["L_T1", "m"],
    ]).bytes,
  ],
  ["no map", bytes("80")],
  ["a row of three", bytes("a3 61 76 01 66 646576696365 61 61 67 7369676e616c73 81 83 61 61 61 61 61 61")],
])("%s is refused", (_, table) => {
  expect(decodeSignalTable(table)).toMatchObject({ refused: true, code: "TABLE_INVALID" });
});

test("a SenML name outside the table and a unit that is not the table's are refused", () => {
  const outside = encodeSignalTable("plc1", TABLE.signals.slice(1));
  const wrongUnit = encodeFrame(header({ contentType: SENML_TYPE }), encodeSenml(readings(), ["Cel"]), SIGNER);
  const noUnit = encodeFrame(header({ contentType: SENML_TYPE }), encodeSenml(readings()), SIGNER);
  const decode = (frame: Uint8Array, table = TABLE) => {
    const parsed = parseFrame(frame);
    return isRefusal(parsed) ? parsed : decodePayload(parsed, table);
  };
  expect(decode(noUnit.bytes, outside)).toMatchObject({ code: "SIGNAL_UNKNOWN" });
  expect(decode(wrongUnit.bytes)).toMatchObject({ code: "SIGNAL_UNIT" });
  expect(isRefusal(decode(noUnit.bytes))).toBe(false);
});
