import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, type LogKeeper, type Receipt } from "@twinward/evidence";
import { ManualClock, toHex } from "@twinward/kernel";
import { afterEach, beforeEach, expect, test } from "vitest";
import { OutsideChecker } from "./outside-checker.ts";

let dir: string;
let log: LogKeeper;
let checker: OutsideChecker;
const database = () => join(dir, "log.db");

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "twinward-checker-"));
  log = await createLog({ dir, clock: new ManualClock(1), site: "trial", timeBase: "simulated" });
  checker = new OutsideChecker(log.verifierKey);
});
afterEach(async () => {
  await log.stop();
  rmSync(dir, { recursive: true });
});

async function frame(sequence: number): Promise<Receipt> {
  const digest = new Uint8Array(32).fill(sequence + 1);
  const key = { device: "plc1", boot: 1, sequence, digest, previous: new Uint8Array(32) };
  const facts = { device: "plc1", boot: 1, seq: sequence, digest, prev: key.previous };
  return (await log.append({ kind: "frame", facts, body: new Uint8Array(4), frame: key })) as Receipt;
}

const sent = (sequence: number) => checker.sent("plc1", 1, sequence, toHex(new Uint8Array(32).fill(sequence + 1)));

test("an honest log holds", async () => {
  for (let i = 0; i < 20; i++) {
    sent(i);
    expect(checker.given((await frame(i)).proof())).toEqual([]);
    expect(checker.seen(log.checkpoint())).toEqual([]);
  }
  expect(checker.check(database())).toEqual([]);
  expect(checker.lost(database())).toBe(0);
  expect(checker.figures).toEqual({ proofsGiven: 20, framesSent: 20, checkpointsSeen: 20, entriesMax: 21 });
});

test("a frame that nobody sent is an invention", async () => {
  await frame(0);
  expect(checker.check(database())).toEqual(["I2: plc1 1 0 was never sent"]);
});

test("another frame in the place of the one sent is noticed", async () => {
  checker.sent("plc1", 1, 0, "00".repeat(32).replace(/0$/, "1"));
  await frame(0);
  expect(checker.check(database())).toEqual(["I2: plc1 1 0 is another frame"]);
});

test("a proof of an entry that is no longer there is a loss", async () => {
  sent(0);
  const proof = (await frame(0)).proof();
  checker.given(proof);
  const shorter = mkdtempSync(join(tmpdir(), "twinward-checker-"));
  const other = await createLog({ dir: shorter, clock: new ManualClock(1), site: "trial", timeBase: "simulated" });
  const wrong = checker.check(join(shorter, "log.db"));
  expect(wrong).toContain("I1: entry 1 was proven and is not in the log");
  expect(wrong).toContain("I3: the log has 1 entries, a checkpoint of 2 was given");
  expect(checker.lost(join(shorter, "log.db"))).toBe(1);
  await other.stop();
  rmSync(shorter, { recursive: true });
});

test("what another log signed, or a proof that was changed, is not believed", async () => {
  sent(0);
  const proof = (await frame(0)).proof();
  expect(checker.given(proof.replace(/index 1/, "index 0"))).toEqual(["the proof of entry 0 is wrong"]);
  expect(checker.given(proof.replace("— twinward", "— twinwarx"))).toHaveLength(1);
  expect(checker.seen("x\n1\nAAAA\n\n— x AAAA\n")).toEqual(["a checkpoint was shown that the log did not sign"]);
});
