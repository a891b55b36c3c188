import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FRAME_REFUSALS, refuseFrame } from "./refusals.ts";

test("every code is used, and every code used is listed", () => {
  const folder = new URL(".", import.meta.url);
  const sources = readdirSync(folder).filter(
    (name) => /^[a-z0-9-]+(\.browser)?\.ts$/.test(name) && name !== "refusals.ts",
  );
  const text = sources
    .map((name) => readFileSync(new URL(name, folder), "utf8"))
    .join("\n")
    .replace(/new TwinwardError\("[A-Z_]+"/g, "");
  const used = new Set(text.match(/(?<=")(CBOR|FRAME|KEY|READINGS?|SENML|COLUMNS|SIGNAL|TABLE)_[A-Z0-9_]+(?=")/g));
  expect([...used].sort()).toEqual(Object.keys(FRAME_REFUSALS).sort());
});

test("a refusal says what is wrong and who can mend it", () => {
  expect(refuseFrame("KEY_WEAK")).toEqual({
    refused: true,
    code: "KEY_WEAK",
    party: "sender",
    detail: FRAME_REFUSALS.KEY_WEAK,
  });
});
