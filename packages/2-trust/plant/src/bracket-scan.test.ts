import fc from "fast-check";
import { expect, test } from "vitest";
import { bracketFault } from "./bracket-scan.ts";

const ITEMS_MAX = 3;
const longListAt = (text: string, itemsMax: number) => bracketFault(text, { itemsMax, strayMax: 0 })?.at;

test("a list at its limit passes, one beyond it is found where the item too many begins", () => {
  expect(longListAt("[1,2,3]", ITEMS_MAX)).toBeUndefined();
  expect(longListAt("[1,2,3,4]", ITEMS_MAX)).toBe(6);
});

test("commas in texts, maps and other lists do not count", () => {
  expect(longListAt('["a,b,c,d,e", "\\",,,,"]', ITEMS_MAX)).toBeUndefined();
  expect(longListAt('{"a":1,"b":2,"c":3,"d":4,"e":5}', ITEMS_MAX)).toBeUndefined();
  expect(longListAt("[[1,2],[3,4],[5,6]]", ITEMS_MAX)).toBeUndefined();
});

test("for any JSON it says what counting the lists of its value says", () => {
  const tooLong = (value: unknown): boolean =>
    Array.isArray(value)
      ? value.length > ITEMS_MAX || value.some(tooLong)
      : typeof value === "object" && value !== null && Object.values(value).some(tooLong);
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      expect(longListAt(JSON.stringify(value), ITEMS_MAX) !== undefined).toBe(
        tooLong(JSON.parse(JSON.stringify(value))),
      );
    }),
  );
});

test("closing brackets that nothing opened are counted, those in texts are not", () => {
  const strayMax = 2;
  expect(bracketFault("{}]}", { itemsMax: ITEMS_MAX, strayMax })).toBeUndefined();
  expect(bracketFault("{}]}]", { itemsMax: ITEMS_MAX, strayMax })).toEqual({ what: "stray brackets", at: 4 });
  expect(bracketFault('"]]]]]]]]"', { itemsMax: ITEMS_MAX, strayMax })).toBeUndefined();
});
