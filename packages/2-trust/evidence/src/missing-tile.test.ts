/** A long log whose upper tile was lost, as a power cut loses it, or lies: it opens, and its proofs hold. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ManualClock } from "@twinward/kernel";
import { openProof, parseVerifierKey } from "@twinward/tlog";
import { expect, test } from "vitest";
import { openLog } from "./index.ts";
import { freshFolder, START_MS, testLog } from "./log.fixture.ts";
import { verifyEd25519 } from "./log-key.ts";

/** More than one full tile of the second level. */
const ENTRIES = 66_000;
const GROUP = 4_000;

test("a missing or lying tile of the second level is made again", async () => {
  const folder = freshFolder();
  let log = await testLog(folder.dir);
  const key = parseVerifierKey(log.verifierKey);
  for (let made = 0; made < ENTRIES; made += GROUP) {
    const drafts = Array.from({ length: GROUP }, (_, i) => ({ kind: "tick", facts: { n: made + i } }) as const);
    await log.appendAll({ drafts });
  }
  await log.stop();
  const tile = join(folder.dir, "tile/1/000");
  for (const harm of [() => rmSync(tile), () => writeFileSync(tile, new Uint8Array(256 * 32))]) {
    harm();
    log = await openLog({ dir: folder.dir, clock: new ManualClock(START_MS) });
    for (const index of [0, 300, 65_000]) {
      expect(openProof(log.proof(index), "publicKey" in key ? [key] : [], verifyEd25519)).toMatchObject({ index });
    }
    await log.stop();
  }
  folder.remove();
});
