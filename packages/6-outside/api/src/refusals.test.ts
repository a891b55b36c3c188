/** docs/refusals.md and the code list say the same, word for word. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { API_REFUSALS } from "./refusals.ts";

test("docs/refusals.md lists the codes of the surface, all of them and no others", () => {
  const page = readFileSync(new URL("../../../../docs/refusals.md", import.meta.url), "utf8");
  const section = page.split(/^## /m).find((text) => text.startsWith("api\n")) ?? "";
  const rows = [...section.matchAll(/^\| `([A-Z0-9_]+)` \| (.+) \|$/gm)].map(([, code, text]) => [code, text]);
  expect(Object.fromEntries(rows)).toEqual(API_REFUSALS);
});
