/** docs/refusals.md and the code say the same: each room's list word for word, and no code that the page does not know. */
import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FRAME_REFUSALS } from "../packages/1-ground/frame/src/refusals.ts";
import { TLOG_REFUSALS } from "../packages/1-ground/tlog/src/refusals.ts";
import { ACCESS_REFUSALS } from "../packages/2-trust/access/src/refusals.ts";
import { DEVICE_REFUSALS } from "../packages/3-field/device/src/refusals.ts";
import { INGEST_REFUSALS } from "../packages/3-field/ingest/src/refusals.ts";
import { API_REFUSALS } from "../packages/6-outside/api/src/refusals.ts";

const LISTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  frame: FRAME_REFUSALS,
  tlog: TLOG_REFUSALS,
  access: ACCESS_REFUSALS,
  device: DEVICE_REFUSALS,
  ingest: INGEST_REFUSALS,
  api: API_REFUSALS,
};
const page = readFileSync("docs/refusals.md", "utf8");
const sections = new Map(page.split(/^## /m).map((text) => [text.slice(0, text.indexOf("\n")), text]));

/** The rows of the table under a heading. */
function listed(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^\| `([A-Z0-9_]+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [code, meaning]),
  );
}

/** Codes that sources refuse with in so many words. */
function codesInSources(): string[] {
  const sources = globSync("{packages/*/*,apps/*}/src/**/*.ts").filter((file) => !/[.](test|fixture)[.]ts$/.test(file));
  const uses = sources.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\brefuse\(\s*"([A-Z0-9_]+)"/g)]);
  return [...new Set(uses.map(([, code]) => code ?? ""))];
}

describe("docs/refusals.md", () => {
  test.each(Object.entries(LISTS))("lists the codes of %s, all of them and no others", (room, codes) => {
    expect(listed(sections.get(room) ?? "")).toEqual(codes);
  });

  test("knows every code that a source refuses with", () => {
    const codes = codesInSources();
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !(code in listed(page)))).toEqual([]);
  });

  test("knows no code that no source has", () => {
    const known = new Set([...Object.values(LISTS).flatMap((codes) => Object.keys(codes)), ...codesInSources()]);
    expect(Object.keys(listed(page)).filter((code) => !known.has(code))).toEqual([]);
  });

  test("gives each code to one room only", () => {
    const all = Object.values(LISTS).flatMap((codes) => Object.keys(codes));
    expect(new Set(all).size).toBe(all.length);
  });
});
