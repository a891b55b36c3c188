import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, openLog, openLogReader } from "@twinward/evidence";
import { ManualClock } from "@twinward/kernel";
import { afterAll, expect, test } from "vitest";
import { alignmentSite } from "./align/alignment-site.fixture.ts";
import { SigningDevice } from "./align/memory-log.fixture.ts";
import { LogFollower } from "./follow.ts";
import { storedJudgementOf } from "./follow-judgement.ts";
import { recompute } from "./follow-recompute.ts";
import type { Judge, Row } from "./judge.ts";

const P = 60_000;
const T0 = 1_500_000_000_000 - (1_500_000_000_000 % P);
const site = alignmentSite({ devices: 2, signalsEach: 2, samplePeriodMs: P, latenessMsMax: 2 * P });
const folder = mkdtempSync(join(tmpdir(), "twinward-follow-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Scores each row by how many it has seen, which a wrong restart would show. */
function countingJudge(): Judge {
  let rows = 0;
  return {
    step: (row: Row) => ({
      timeMs: row.timeMs,
      alarm: false,
      score: ++rows / 1000,
      verdict: "",
      suspects: [],
      alternatives: [],
      causes: [],
      sinceMs: Number.NaN,
      estimates: row.values,
      sigmas: row.values,
      trust: row.values,
      substituted: [],
      notice: "",
    }),
    announce: () => {},
    snapshot: () => Uint8Array.of(rows),
    restore: (snapshot) => {
      rows = snapshot[0] ?? 0;
    },
  };
}

test("a real log is followed, stopped, followed further and recomputed", async () => {
  const dir = join(folder, "data");
  const clock = new ManualClock(T0);
  const devices = site.devices.map((device, i) => new SigningDevice(site, device.id, i + 1));
  const options = { site, code: "c0de", model: "0de1", snapshotRows: 3 };
  let log = await createLog({ dir, clock, site: site.id, timeBase: "simulated" });
  await log.appendAll({ drafts: devices.map((device) => device.tableDraft()) });
  for (let period = 0; period < 12; period++) {
    if (period === 5) {
      await log.stop();
      log = await openLog({ dir, clock });
    }
    clock.set(T0 + period * P);
    for (const [d, device] of devices.entries()) {
      const signals = site.devices[d]?.signals ?? [];
      const readings = signals.map((signal) => ({
        signal,
        timeMs: T0 + period * P,
        value: period + d / 10,
        quality: 0,
      }));
      await log.append(device.frameDraft(readings));
    }
    const reader = openLogReader(dir);
    const follower = new LogFollower({ ...options, reader, judge: countingJudge() });
    for (let group = follower.next(); group !== undefined; group = follower.next()) await log.appendAll(group);
    reader.close();
  }
  const judgements = log.entries(0, 100, ["judgement"]);
  expect(judgements.map((entry) => entry.facts.score)).toEqual(Array.from({ length: 12 }, (_, i) => (i + 1) / 1000));
  const stored = storedJudgementOf(log.body(judgements[11]!.index) as Uint8Array);
  expect(stored.late ? [] : [...stored.row.values]).toEqual([11, 11, 11.1, 11.1]);
  const again = recompute({ ...options, reader: log, judge: countingJudge() });
  expect(again).toEqual({ compared: 12, mismatches: [], afterErasure: 0, erased: 0, pending: 0 });
  await log.stop();
});
