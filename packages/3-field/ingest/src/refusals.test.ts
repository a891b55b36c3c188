/** docs/refusals.md and the code lists say the same, word for word. */
import { readFileSync } from "node:fs";
import { ACCESS_REFUSALS } from "@twinward/access";
import { FRAME_REFUSALS } from "@twinward/frame";
import { describe, expect, test } from "vitest";
import { INGEST_REFUSALS } from "./refusals.ts";

const page = readFileSync(new URL("../../../../docs/refusals.md", import.meta.url), "utf8");
const LISTS = { frame: FRAME_REFUSALS, access: ACCESS_REFUSALS, ingest: INGEST_REFUSALS };

/** The rows of the table under `## <room>`. */
function listed(room: string): Record<string, string> {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${room}\n`)) ?? "";
  return Object.fromEntries(
    [...section.matchAll(/^\| `([A-Z0-9_]+)` \| (.+) \|$/gm)].map(([, code, text]) => [code, text]),
  );
}

describe("docs/refusals.md", () => {
  test.each(Object.entries(LISTS))("lists the codes of %s, all of them and no others", (room, codes) => {
    expect(listed(room)).toEqual(codes);
  });

  test("gives each code to one room only", () => {
    const all = Object.values(LISTS).flatMap((codes) => Object.keys(codes));
    expect(new Set(all).size).toBe(all.length);
  });
});
