/** I1: every proof given is in the log and provable. I2: nothing is in the log that was not sent, nothing twice. */
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ManualClock } from "@twinward/kernel";
import { openProof, parseVerifierKey } from "@twinward/tlog";
import { expect, test } from "vitest";
import { openLog, verifyLog } from "./index.ts";
import { proofsUntilKilled } from "./kill.fixture.ts";
import { freshFolder, START_MS, testLog } from "./log.fixture.ts";
import { verifyEd25519 } from "./log-key.ts";
import { filesOf } from "./tamper.fixture.ts";

const KILLS = 4;

test(`a writer killed ${KILLS} times loses no proof and invents no entry`, async () => {
  const folder = freshFolder();
  const anchor = join(folder.dir, "..", "anchor");
  const log = await testLog(folder.dir);
  const key = parseVerifierKey(log.verifierKey);
  const logKeys = [log.verifierKey];
  if (!("publicKey" in key)) throw new Error("no key");
  writeFileSync(anchor, log.checkpoint());
  await log.stop();
  const proofs: string[] = [];
  for (let kill = 1; kill <= KILLS; kill++) {
    proofs.push(...(await proofsUntilKilled(folder.dir, kill, anchor, 30 + 97 * kill)));
    // As the crash left it: verified against the anchor, and nothing in the folder has changed afterwards.
    const before = contents(folder.dir);
    const report = await verifyLog(folder.dir, { logKeys, checkpoint: anchor, requireAnchor: true });
    expect(report).toMatchObject({ verdict: "anchored", problems: [] });
    expect(contents(folder.dir)).toEqual(before);
  }

  const again = await openLog({ dir: folder.dir, clock: new ManualClock(START_MS), checkpointOut: anchor });
  for (const proof of proofs) {
    const opened = openProof(proof, [key], verifyEd25519);
    if (!("entry" in opened)) throw new Error(opened.code);
    expect(Buffer.compare(again.entry(opened.index)?.bytes as Uint8Array, opened.entry)).toBe(0);
  }
  const frames = again.entries(0, again.size(), ["frame"]);
  for (let kill = 1; kill <= KILLS; kill++) {
    const sequences = frames.filter(({ frame }) => frame?.boot === kill).map(({ frame }) => frame?.sequence);
    expect(sequences).toEqual(sequences.map((_, i) => i));
  }
  expect(again.size()).toBe(1 + KILLS + frames.length);
  await again.stop();
  expect(await verifyLog(folder.dir, { logKeys, checkpoint: anchor })).toMatchObject({
    verdict: "anchored",
    warnings: [],
  });
  folder.remove();
});

test("a log is verified beside the process that writes it", async () => {
  const folder = freshFolder();
  const anchor = join(folder.dir, "..", "anchor");
  const log = await testLog(folder.dir);
  const logKeys = [log.verifierKey];
  writeFileSync(anchor, log.checkpoint());
  await log.stop();
  const kept = join(folder.dir, "..", "kept");
  copyFileSync(anchor, kept);
  let seen = 0;
  const writing = proofsUntilKilled(folder.dir, 1, anchor, 4000, () => {
    seen++;
  });
  await expect.poll(() => seen, { timeout: 20_000 }).toBeGreaterThan(0);
  const report = await verifyLog(folder.dir, { logKeys, checkpoint: kept, requireAnchor: true });
  expect(report).toMatchObject({ verdict: "anchored", problems: [] });
  await writing;
  folder.remove();
});

function contents(dir: string): string[] {
  return filesOf(dir, /./).map(
    (path) =>
      `${path} ${createHash("sha256")
        .update(readFileSync(join(dir, path)))
        .digest("hex")}`,
  );
}
