/**
 * What is true when the process dies at each durable step: the step fails and nothing was stored, or it fails although
 * everything was stored. Then a new process starts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ManualClock } from "@twinward/kernel";
import { openProof, parseVerifierKey } from "@twinward/tlog";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Receipt } from "./entry.ts";
import { type LogKeeper, openLog, verifyLog } from "./index.ts";
import type { DurableStep } from "./keeper.ts";
import { freshFolder, START_MS, TestDevice, testLog, text } from "./log.fixture.ts";
import { verifyEd25519 } from "./log-key.ts";

const clock = new ManualClock(START_MS);
let folder: ReturnType<typeof freshFolder>;
let logKey = "";

beforeEach(async () => {
  folder = freshFolder();
  const log = await testLog(folder.dir);
  logKey = log.verifierKey;
  await log.stop();
});

afterEach(() => folder.remove());

/** A log whose step `step` fails from its `nth` time on. */
async function failingLog(step: DurableStep, nth: number, stored: boolean) {
  let times = 0;
  const lost: string[] = [];
  const durable = (at: DurableStep, run: () => void) => {
    const fails = at === step && ++times >= nth;
    if (!fails || stored) run();
    if (fails) throw new Error("the disk said no");
  };
  const anchor = join(folder.dir, "..", "anchor");
  const onLost = (error: { code: string }) => lost.push(error.code);
  return { log: await openLog({ dir: folder.dir, clock, durable, onLost, checkpointOut: anchor }), lost, anchor };
}

const STEPS: readonly (readonly [DurableStep, boolean, boolean])[] = [
  // step, stored although it failed, entry found after the start
  ["data-key", false, false],
  ["data-key", true, false],
  ["commit", false, false],
  ["commit", true, true],
  ["checkpoint", false, true],
  ["checkpoint", true, true],
  ["anchor", false, true],
  ["anchor", true, true],
];

describe("a failed step gives no receipt, stops the log, and start finds exactly what was stored", () => {
  test.each(STEPS)("%s, stored: %s", async (step, stored, found) => {
    const device = new TestDevice("plc1");
    const { log, lost, anchor } = await failingLog(step, step === "data-key" ? 1 : 3, stored);
    const given: Receipt[] = [];
    if (step !== "data-key") {
      given.push((await log.append(device.registration())) as Receipt, (await log.append(device.frame())) as Receipt);
    }
    const proofs = given.map((receipt) => receipt.proof());
    await expect(Promise.resolve().then(() => log.append(device.frame("the one")))).rejects.toThrow(
      /disk said no|durable/,
    );
    await expect(log.append({ kind: "tick", facts: {} })).rejects.toMatchObject({ code: "DURABILITY_LOST" });
    expect(lost).toEqual(["DURABILITY_LOST"]);
    const sizeBefore = given.length + 1;
    await log.stop();

    const again = await openLog({ dir: folder.dir, clock, checkpointOut: anchor });
    expect(again.size()).toBe(sizeBefore + (found ? 1 : 0));
    expectAllProven(again, proofs);
    expect(readFileSync(anchor, "utf8")).toBe(again.checkpoint());
    await again.stop();
    const report = await verifyLog(folder.dir, { logKeys: [logKey], checkpoint: anchor });
    expect(report).toMatchObject({ verdict: "anchored", problems: [] });
  });
});

test("tiles that could not be written stop the log, and start writes them", async () => {
  const { log, lost, anchor } = await failingLog("tile", 1, false);
  const device = new TestDevice("plc1");
  await log.append(device.registration());
  await Promise.all(Array.from({ length: 300 }, () => log.append(device.frame())));
  await expect.poll(() => lost).toEqual(["DURABILITY_LOST"]);
  await log.stop();
  const repaired: string[] = [];
  const again = await openLog({
    dir: folder.dir,
    clock,
    checkpointOut: anchor,
    onRepair: (what) => repaired.push(what),
  });
  expect(repaired).toEqual(["tile/0/000 was made again", "tile/entries/000 was made again"]);
  expect(again.size()).toBe(302);
  await again.stop();
  expect((await verifyLog(folder.dir, { logKeys: [logKey], checkpoint: anchor })).problems).toEqual([]);
});

test.each([false, true])("an erasure that was interrupted (stored: %s) is finished by start", async (stored) => {
  const { log, anchor } = await failingLog("destroy-key", 1, stored);
  await log.append({ kind: "administrator", facts: {}, body: text("who"), dataKey: "subject:who" });
  await expect(log.erase({ dataKey: "subject:who" }, "an officer")).rejects.toThrow("disk said no");
  await log.stop();
  const again = await openLog({ dir: folder.dir, clock, checkpointOut: anchor });
  expect(again.body(1)).toBe("erased");
  await again.stop();
  const report = await verifyLog(folder.dir, { logKeys: [logKey], checkpoint: anchor });
  expect(report).toMatchObject({ verdict: "anchored", checked: { erased: 1 } });
});

test("a log that was thrown back names what is missing and goes on only under a new origin", async () => {
  const { log, anchor } = await failingLog("tile", 1000, false);
  const device = new TestDevice("plc1");
  await log.append(device.registration());
  await log.append(device.frame());
  await log.stop();
  const { cpSync, rmSync } = await import("node:fs");
  const backup = join(folder.dir, "..", "backup");
  cpSync(folder.dir, backup, { recursive: true });
  const later = await openLog({ dir: folder.dir, clock, checkpointOut: anchor });
  const lostReceipt = (await later.append(device.frame())) as Receipt;
  const lostProof = lostReceipt.proof();
  await later.stop();
  rmSync(folder.dir, { recursive: true });
  cpSync(backup, folder.dir, { recursive: true });

  await expect(openLog({ dir: folder.dir, clock, checkpointOut: anchor })).rejects.toMatchObject({
    code: "LOG_ROLLED_BACK",
  });
  const restored = await openLog({ dir: folder.dir, clock });
  expect(restored.relationTo(lostProof.slice(lostProof.indexOf("\n\n") + 2))).toBe("beyond");
  await restored.stop();

  const { recover } = await import("./index.ts");
  const recovery = await recover({ dir: folder.dir, checkpoint: anchor, logKey, clock });
  expect(recovery).toMatchObject({ kept: 3, lostTo: 4 });
  expect(recovery.newOrigin).not.toBe(recovery.oldOrigin);
  const again = await openLog({ dir: folder.dir, clock, checkpointOut: anchor });
  expect([again.origin, again.verifierKey]).toEqual([recovery.newOrigin, recovery.logKey]);
  expect(again.lastFrame("plc1")?.sequence).toBe(0);
  await again.append({ kind: "tick", facts: {} });
  await again.stop();
  const report = await verifyLog(folder.dir, { logKeys: [logKey], checkpoint: anchor, requireAnchor: true });
  expect(report).toMatchObject({ verdict: "anchored", origin: recovery.newOrigin });
  expect(report.warnings.join()).toContain("entries 3 to 3");
  await expect(recover({ dir: folder.dir, checkpoint: anchor, logKey: recovery.logKey, clock })).rejects.toMatchObject({
    code: "USAGE",
  });
});

function expectAllProven(log: LogKeeper, proofs: readonly string[]): void {
  const key = parseVerifierKey(log.verifierKey);
  if (!("publicKey" in key)) throw new Error("no key");
  for (const proof of proofs) {
    const opened = openProof(proof, [key], verifyEd25519);
    if (!("entry" in opened)) throw new Error(opened.code);
    expect(Buffer.compare(log.entry(opened.index)?.bytes as Uint8Array, opened.entry)).toBe(0);
    expect(log.relationTo(proof.slice(proof.indexOf("\n\n") + 2))).toBe("within");
  }
}
