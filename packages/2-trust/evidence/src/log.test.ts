import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ManualClock, toHex } from "@twinward/kernel";
import { openProof, parseCheckpoint, parseNote, parseVerifierKey, verifyConsistency } from "@twinward/tlog";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FrameConflict, Receipt } from "./entry.ts";
import { openLog, openLogReader, prove, show, verifyLog } from "./index.ts";
import type { LogKeeper } from "./keeper.ts";
import { fillLog, freshFolder, START_MS, TestDevice, testLog, text } from "./log.fixture.ts";
import { verifyEd25519 } from "./log-key.ts";

let folder: ReturnType<typeof freshFolder>;
let log: LogKeeper;

beforeEach(async () => {
  folder = freshFolder();
  log = await testLog(folder.dir);
});

afterEach(async () => {
  await log.stop().catch(() => {});
  folder.remove();
});

const clock = new ManualClock(START_MS);
const keysOf = (...texts: string[]) => texts.map((key) => parseVerifierKey(key)).filter((key) => "publicKey" in key);

test("entry 0 names the site, the time base and the log key, and a checkpoint covers it", () => {
  expect(log.size()).toBe(1);
  const facts = log.entry(0)?.facts;
  expect(facts).toMatchObject({ format: 1, site: "test-town", timeBase: "simulated", origin: log.origin });
  expect(facts?.keys).toMatchObject({ log: log.verifierKey });
  expect(log.checkpoint().startsWith(`${log.origin}\n1\n`)).toBe(true);
  expect(log.origin).toMatch(/^twinward\.example\/test-town\/[0-9a-f]{16}$/);
});

test("every receipt proves its entry against the checkpoint of its group", async () => {
  const firstKey = log.verifierKey;
  const receipts = await fillLog(log, 300);
  const keys = keysOf(firstKey, log.verifierKey);
  expect(keys.length).toBe(2);
  for (const receipt of receipts) {
    const opened = openProof(receipt.proof(), keys, verifyEd25519);
    expect(opened).toMatchObject({ index: receipt.index, entry: new Uint8Array(receipt.bytes) });
    expect(openProof(log.proof(receipt.index), keys, verifyEd25519)).toMatchObject({ index: receipt.index });
  }
});

test("the same frame again is a duplicate with the original entry, another one in its place a fork; nothing is written", async () => {
  const device = new TestDevice("plc1");
  const draft = device.frame("first");
  const receipt = (await log.append(draft)) as Receipt;
  const other = device.frameAt(0, draft.frame?.previous as Uint8Array, "second");
  const [again, fork] = (await Promise.all([log.append(draft), log.append(other)])) as FrameConflict[];
  expect(again).toMatchObject({ conflict: "duplicate", existing: { index: receipt.index } });
  expect(fork).toMatchObject({ conflict: "fork", existing: { index: receipt.index } });
  expect(log.size()).toBe(2);
  expect(openProof(again?.existing.proof() ?? "", keysOf(log.verifierKey), verifyEd25519)).toMatchObject({ index: 1 });
});

test("two frames for one place in the same group: the first stays, the second is a fork", async () => {
  const device = new TestDevice("plc1");
  const first = device.frame("first");
  const second = device.frameAt(0, first.frame?.previous as Uint8Array, "second");
  const [one, two] = await Promise.all([log.append(first), log.append(second)]);
  expect(one).toMatchObject({ index: 1 });
  expect(two).toMatchObject({ conflict: "fork", existing: { index: 1 } });
});

test("a group is all or nothing, and its states are there with it", async () => {
  const draft = { kind: "judgement", facts: { n: 1 }, body: text("why") } as const;
  const receipts = await log.appendAll({ drafts: [draft, draft], states: { cursor: text("7") } });
  expect(receipts.map(({ index }) => index)).toEqual([1, 2]);
  expect(log.state("cursor")).toEqual(Buffer.from("7"));
  const tooLong = { kind: "judgement", facts: { long: "x".repeat(70_000) } } as const;
  await expect(log.appendAll({ drafts: [draft, tooLong], states: { cursor: text("8") } })).rejects.toMatchObject({
    code: "ENTRY_TOO_LONG",
  });
  await log.append(draft);
  expect(log.size()).toBe(4);
  expect(log.state("cursor")).toEqual(Buffer.from("7"));
});

test("bodies come back decrypted, are not on the disk in the clear, and files are private", async () => {
  await log.append({ kind: "site", facts: {}, body: text("a very secret site file") });
  expect(Buffer.from(log.body(1) as Uint8Array).toString()).toBe("a very secret site file");
  await log.stop();
  expect(readFileSync(join(folder.dir, "log.db")).includes("very secret")).toBe(false);
  expect(statSync(folder.dir).mode & 0o777).toBe(0o700);
  for (const path of [
    "log.db",
    "checkpoint",
    "keys/log.key",
    `keys/data/${readdirSync(join(folder.dir, "keys/data"))[0]}`,
  ]) {
    expect([path, statSync(join(folder.dir, path)).mode & 0o777]).toEqual([path, 0o600]);
  }
});

test("a reader on its own connection sees what is durable and proves the same", async () => {
  const receipts = await fillLog(log, 20);
  const reader = openLogReader(folder.dir);
  expect(reader.size()).toBe(log.size());
  expect(reader.verifierKey).toBe(log.verifierKey);
  expect(reader.entries(0, 1000)).toEqual(log.entries(0, 1000));
  expect(reader.entries(0, 10, ["site", "device"]).map(({ kind }) => kind)).toEqual(["device", "site"]);
  expect(reader.lastFrame("plc1")).toEqual(log.lastFrame("plc1"));
  expect(reader.frameAt("plc1", 1, 3)?.index).toBe(log.frameAt("plc1", 1, 3)?.index);
  const digest = reader.frameAt("plc1", 1, 3)?.frame?.digest as Uint8Array;
  expect(reader.frameByDigest(digest)?.index).toBe(reader.frameAt("plc1", 1, 3)?.index);
  expect(reader.frameByDigest(new Uint8Array(32))).toBeUndefined();
  expect(reader.lastFrame("nobody")).toBeUndefined();
  expect(reader.entry(9_999)).toBeUndefined();
  expect(reader.body(0)).toBeUndefined();
  expect(reader.body(2)).toEqual(log.body(2));
  expect(reader.body(3)).toBe("erased");
  await log.stop();
  expect(
    receipts.map(({ index }) => reader.proof(index)).every((proof) => proof.startsWith("c2sp.org/tlog-proof@v1")),
  ).toBe(true);
  reader.close();
});

describe("start", () => {
  test("goes on where the log ends, with the same proofs", async () => {
    const receipts = await fillLog(log, 600);
    const key = log.verifierKey;
    const before = receipts.map(({ index }) => log.proof(index));
    await log.stop();
    const repaired: string[] = [];
    log = await openLog({ dir: folder.dir, clock, onRepair: (what) => repaired.push(what) });
    expect(repaired).toEqual([]);
    expect(log.verifierKey).toBe(key);
    expect(receipts.map(({ index }) => log.proof(index))).toEqual(before);
    expect(await log.append({ kind: "tick", facts: {} })).toMatchObject({ index: receipts.length + 1 });
  });

  test("refuses a head outside that the log does not extend, and names evidence recover", async () => {
    const out = join(folder.dir, "..", "anchor");
    await log.stop();
    log = await openLog({ dir: folder.dir, clock, checkpointOut: out });
    await log.append({ kind: "tick", facts: {} });
    expect(readFileSync(out, "utf8")).toBe(log.checkpoint());
    const ahead = log.checkpoint();
    expect(log.relationTo(ahead)).toBe("within");
    await log.stop();
    log = await openLog({ dir: folder.dir, clock, checkpointOut: out });
    await log.stop();
    const other = freshFolder();
    const otherLog = await testLog(other.dir);
    await otherLog.stop();
    await expect(openLog({ dir: other.dir, clock, checkpointOut: out })).rejects.toMatchObject({
      code: "LOG_ROLLED_BACK",
      remedy: expect.stringContaining("evidence recover"),
    });
    other.remove();
  });

  test("refuses to begin anew when the head of a log is kept outside", async () => {
    const other = freshFolder();
    const kept = join(folder.dir, "checkpoint");
    await expect(testLog(other.dir, { checkpointOut: kept })).rejects.toMatchObject({ code: "LOG_ROLLED_BACK" });
    expect(existsSync(other.dir)).toBe(false);
    other.remove();
  });

  test("refuses to make a second log where one is", async () => {
    await log.stop();
    await expect(testLog(folder.dir)).rejects.toMatchObject({ code: "LOG_EXISTS" });
  });
});

describe("erasure", () => {
  test("destroys the body and the key, and every proof of everything stays valid", async () => {
    const receipts = await fillLog(log, 40);
    const { log: firstKey } = (log.entry(0)?.facts.keys ?? {}) as { log: string };
    const keys = keysOf(firstKey, log.verifierKey);
    const named = log.entries(0, 100, ["erased"])[0]?.facts.keys as Uint8Array[];
    expect(log.body(3)).toBe("erased");
    expect(log.body(5)).toBe("erased");
    expect(existsSync(join(folder.dir, "keys/data", `${toHex(named[0] as Uint8Array)}.key`))).toBe(false);
    for (const { index } of receipts) expect(openProof(log.proof(index), keys, verifyEd25519)).toMatchObject({ index });
    await log.stop();
    const report = await verifyLog(folder.dir, { logKeys: [firstKey] });
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ verdict: "consistent, NOT anchored", ok: true, checked: { erased: 2 } });
  });

  test("what comes later under the same name gets a new key", async () => {
    const draft = { kind: "administrator", facts: {}, body: text("again"), dataKey: "subject:somebody" } as const;
    await log.append(draft);
    await log.erase({ dataKey: "subject:somebody" }, "an officer");
    await log.append(draft);
    expect([log.body(1), Buffer.from(log.body(3) as Uint8Array).toString()]).toEqual(["erased", "again"]);
  });
});

test("quarantine holds at most so many frames per source and counts the rest", async () => {
  await log.stop();
  log = await openLog({ dir: folder.dir, clock, quarantineFramesMax: 3 });
  for (let i = 0; i < 10; i++) log.quarantine("plc1", "FRAME_FORK", text(`frame ${i}`));
  await log.append({ kind: "tick", facts: {} });
  await log.stop();
  const { openSnapshot } = await import("@twinward/store");
  const rows = openSnapshot(join(folder.dir, "log.db"));
  expect(rows.prepare("SELECT count(*) AS n FROM quarantine").get()).toEqual({ n: 3 });
  expect(rows.prepare("SELECT frames FROM quarantine_left_off").get()).toEqual({ frames: 7 });
  rows.close();
});

test("prove and show read a folder at rest and leave no trace", async () => {
  await fillLog(log, 20);
  const digest = toHex(log.frameAt("plc1", 1, 7)?.frame?.digest as Uint8Array);
  const keys = keysOf(log.verifierKey);
  await log.stop();
  const before = readdirSync(folder.dir);
  const proof = openProof(await prove(folder.dir, { frame: digest }), keys, verifyEd25519);
  const shown = await show(folder.dir, { frame: digest });
  expect(proof).toMatchObject({ index: shown.entry.index });
  expect(shown.entry.kind).toBe("frame");
  await expect(show(folder.dir, { entry: 1000 })).rejects.toMatchObject({ code: "USAGE" });
  expect(readdirSync(folder.dir)).toEqual(before);
});

test("checkpoints of one log are consistent, whenever they were made", async () => {
  const notes = [log.checkpoint()];
  for (let i = 0; i < 12; i++) {
    await Promise.all(Array.from({ length: i }, () => log.append({ kind: "tick", facts: {} })));
    notes.push(log.checkpoint());
  }
  const newest = checkpointOf(log.checkpoint());
  for (const { size, root } of notes.map(checkpointOf)) {
    const claim = { oldSize: size, oldRoot: root, size: newest.size, root: newest.root, hashes: log.consistency(size) };
    expect(verifyConsistency(claim)).toBeUndefined();
  }
});

function checkpointOf(note: string) {
  const parsed = parseNote(note);
  const checkpoint = "text" in parsed ? parseCheckpoint(parsed.text) : parsed;
  if (!("root" in checkpoint)) throw new Error("no checkpoint");
  return checkpoint;
}
