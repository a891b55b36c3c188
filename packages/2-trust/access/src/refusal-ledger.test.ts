import type { LogKeeper } from "@twinward/evidence";
import { ManualClock } from "@twinward/kernel";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestLog } from "./log.fixture.ts";
import { CLAIMED_ROWS_MAX, LogRefusalLedger, OUTSIDE_ROWS_MAX } from "./refusal-ledger.ts";

let clock: ManualClock;
let disk: TestLog;
let log: LogKeeper;
let ledger: LogRefusalLedger;
beforeEach(async () => {
  clock = new ManualClock(600_000);
  disk = new TestLog(clock, "ledger");
  log = await disk.open();
  ledger = new LogRefusalLedger(log, clock);
});
afterEach(() => disk.close());

const rows = () => log.entries(0, 100_000, ["refusals"]).map(({ facts }) => facts);
const counted = () => rows().reduce((sum, row) => sum + Number(row.count), 0);

test("one row per code, source and minute, with the first and the last digest", async () => {
  const digest = (byte: number) => new Uint8Array(32).fill(byte);
  for (const byte of [1, 2, 3]) ledger.count("BAD", { kind: "device", name: "plc1" }, digest(byte));
  ledger.count("BAD", { kind: "claimed", name: "plc1" }, digest(9));
  await ledger.flush();
  expect(rows()).toEqual([]);
  clock.set(660_000);
  await ledger.flush();
  expect(rows()).toEqual([
    { code: "BAD", origin: "device", source: "plc1", minuteMs: 600_000, count: 3, first: digest(1), last: digest(3) },
    { code: "BAD", origin: "claimed", source: "plc1", minuteMs: 600_000, count: 1, first: digest(9), last: digest(9) },
  ]);
});

test("a flood from a million addresses and invented devices writes a bounded number of entries and loses no count", async () => {
  for (let i = 0; i < 200_000; i++) {
    ledger.count(i % 2 === 0 ? "BAD" : "WORSE", { kind: i % 3 === 0 ? "claimed" : "outside", name: `10.0.${i}` });
  }
  ledger.count("BAD", { kind: "device", name: "plc1" });
  await ledger.flush(true);
  expect(rows().length).toBeLessThanOrEqual(OUTSIDE_ROWS_MAX + CLAIMED_ROWS_MAX + 4 + 1);
  expect(counted()).toBe(200_001);
  expect(rows().some((row) => row.origin === "device" && row.source === "plc1")).toBe(true);
});

test("counts are exact whatever the clock does", async () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 10_000_000 }), fc.boolean()), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const before = counted();
      for (const [timeMs, flush] of list) {
        clock.set(timeMs);
        ledger.count("BAD", { kind: "outside", name: "x" });
        if (flush) await ledger.flush();
      }
      await ledger.flush(true);
      expect(counted() - before).toBe(list.length);
    }),
    { numRuns: 50 },
  );
});

test("a name is written as plain characters, at most 64", async () => {
  ledger.count("BAD", { kind: "outside", name: `\u001b[31m<script>\n${"x".repeat(100)}` });
  await ledger.flush(true);
  expect(String(rows()[0]?.source)).toMatch(/^[A-Za-z0-9._:@?-]{64}$/);
});

test("what the disk did not take is written later", async () => {
  ledger.count("BAD", { kind: "outside", name: "x" });
  disk.full = true;
  await expect(ledger.flush(true)).rejects.toMatchObject({ code: "DISK_FULL" });
  disk.full = false;
  await ledger.flush();
  expect(counted()).toBe(1);
});
