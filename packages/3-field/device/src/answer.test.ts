import fc from "fast-check";
import { expect, test } from "vitest";
import { answerOf } from "./answer.ts";
import { BACKOFF_MS_MAX, BACKOFF_MS_MIN, backoffMs } from "./backoff.ts";

test.each([
  [{ refused: true, code: "FRAME_FORK", party: "sender", detail: "" }, "frame"],
  [{ type: "https://x", status: 422, code: "READING_ABSURD" }, "frame"],
  [{ code: "RATE_EXCEEDED", party: "sender" }, "moment"],
  [{ code: "DOOR_BUSY", party: "operator" }, "moment"],
  [{ code: "ANYTHING_ELSE", party: "relay" }, "moment"],
  [{ code: "DEVICE_REVOKED", party: "sender" }, "device"],
  [{ code: "KEY_UNKNOWN" }, "device"],
])("%j is about the %s", (said, scope) => {
  expect(answerOf(JSON.stringify(said))).toMatchObject({ kind: "refused", scope });
});

test("a proof is handed on to be checked", () => {
  expect(answerOf("c2sp.org/tlog-proof@v1\nindex 0\n")).toMatchObject({ kind: "proof" });
});

test("anything else is no answer, and never an exception", () => {
  for (const text of ["", "{", "null", "[]", '{"code":1}', '{"code":"lower case"}', "c2sp.org/tlog-proof@v2\n"]) {
    expect(answerOf(text), text).toBeUndefined();
  }
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => answerOf(text)?.kind !== "proof"));
});

test("waiting doubles, is jittered within a factor of two, and is bounded", () => {
  expect([1, 2, 3].map((failures) => backoffMs(failures, 0))).toEqual([250, 500, 1000]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, uniform) => {
        const wait = backoffMs(failures, uniform);
        return wait >= BACKOFF_MS_MIN / 2 && wait <= BACKOFF_MS_MAX;
      },
    ),
  );
});
