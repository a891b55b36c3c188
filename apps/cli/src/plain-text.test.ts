import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@twinward/evidence";
import { systemClock } from "@twinward/kernel";
import { afterEach, expect, test } from "vitest";
import { twinward } from "./command-line.fixture.ts";

const parent = mkdtempSync(join(tmpdir(), "tw-plain-"));
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test("a folder under suspicion writes no verdict of its own on the auditor's terminal", async () => {
  const dir = join(parent, "data");
  const log = await createLog({ dir, site: "town", timeBase: "live", clock: systemClock });
  const { verifierKey } = log;
  await log.stop();
  writeFileSync(join(dir, "keys/data/\u001b[2J\u001b[H\nverdict: anchored\n\u202e"), "");
  const { out, code } = await twinward("evidence", "verify", dir, "--log-key", verifierKey);
  expect(code).toBe(1);
  expect(out).toMatch(/^verdict: damaged\n/);
  expect(out.match(/^verdict:/gm)).toHaveLength(1);
  expect(out).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
});
