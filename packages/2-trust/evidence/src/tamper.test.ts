import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ManualClock, seededChance } from "@twinward/kernel";
import { openSnapshot } from "@twinward/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportRange, openLog, verifyLog } from "./index.ts";
import { fillLog, freshFolder, START_MS, testLog } from "./log.fixture.ts";
import { FLIPS, flipFile, STRUCTURAL, type Tampering } from "./tamper.fixture.ts";

const FLIPS_EACH = 5;
const DATABASE_FLIPS = 16;
const clock = new ManualClock(START_MS);
const folder = freshFolder();
const root = join(folder.dir, "..");
const [good, older, other, broken] = ["good", "older", "other", "broken"].map((name) => join(root, name)) as string[];
const anchor = join(root, "anchor");
let logKey = "";

beforeAll(async () => {
  const log = await testLog(good as string);
  logKey = log.verifierKey;
  await fillLog(log, 60, 220);
  await log.stop();
  cpSync(good as string, older as string, { recursive: true });
  const more = await openLog({ dir: good as string, clock });
  for (let i = 0; i < 20; i++) await more.append({ kind: "tick", facts: { i } });
  writeFileSync(anchor, more.checkpoint());
  await more.stop();
  const foreign = await testLog(other as string);
  await fillLog(foreign, 60, 240);
  await foreign.stop();
});

afterAll(() => folder.remove());

const verify = (dir: string | undefined) =>
  verifyLog(dir as string, { logKeys: [logKey], checkpoint: anchor, requireAnchor: true });

async function tampered(tampering: Tampering, seed: number) {
  rmSync(broken as string, { recursive: true, force: true });
  cpSync(good as string, broken as string, { recursive: true });
  tampering.apply(broken as string, seededChance(seed), older as string, other as string);
  return verify(broken);
}

test("the untouched folder is anchored, without a problem or a warning", async () => {
  expect(await verify(good)).toMatchObject({ verdict: "anchored", ok: true, problems: [], warnings: [] });
});

test("without an outside checkpoint it is consistent, NOT anchored; one inside the folder is none", async () => {
  const inside = await verifyLog(good as string, { logKeys: [logKey], checkpoint: join(good as string, "checkpoint") });
  expect(inside).toMatchObject({ verdict: "consistent, NOT anchored", ok: true });
  expect(inside.warnings.join()).toContain("inside the folder");
  const required = await verifyLog(good as string, { logKeys: [logKey], requireAnchor: true });
  expect(required).toMatchObject({ verdict: "consistent, NOT anchored", ok: false });
});

describe("one flipped bit is found and named", () => {
  test.each(FLIPS)("$name", async (tampering) => {
    for (let seed = 1; seed <= FLIPS_EACH; seed++) {
      const report = await tampered(tampering, seed);
      expect({ seed, verdict: report.verdict }).toEqual({ seed, verdict: "damaged" });
      expect(report.problems[0]?.where).toMatch(/^(entry \d+|tile\/.+|checkpoint|keys\/.+|state .+|quarantine \d+)$/);
    }
  });

  test("a bit anywhere in log.db, unless nothing that can be read has changed", async () => {
    const whole = dump(good as string);
    let harmless = 0;
    for (let seed = 1; seed <= DATABASE_FLIPS; seed++) {
      const apply = (dir: string) => flipFile(join(dir, "log.db"), seededChance(seed));
      const report = await tampered({ name: "log.db", apply }, seed);
      if (report.verdict === "damaged") continue;
      harmless++;
      expect(dump(broken as string)).toEqual(whole);
    }
    expect(harmless).toBeLessThan(DATABASE_FLIPS);
  });
});

describe("structural tampering is found against the anchor", () => {
  test.each(STRUCTURAL)("$name", async (tampering) => {
    const report = await tampered(tampering, 7);
    expect(report).toMatchObject({ verdict: "damaged", ok: false });
    expect(report.problems[0]?.where).not.toBe("");
  });
});

test("a folder written anew and signed with its own key is consistent in itself, and named against key and anchor", async () => {
  const itself = await verifyLog(other as string, { logKeys: [] });
  expect(itself.verdict).toBe("consistent, NOT anchored");
  const report = await verify(other);
  expect(report.problems.map(({ code }) => code).sort()).toEqual(["ANCHOR_NOT_OF_THIS_LOG", "LOG_KEY_DIFFERS"]);
});

test("what is no data folder is a usage error, not damage", async () => {
  const empty = join(root, "empty");
  mkdirSync(empty);
  await expect(verify(empty)).rejects.toMatchObject({ code: "USAGE" });
  await expect(verify(join(root, "nothing"))).rejects.toMatchObject({ code: "USAGE" });
});

describe("bundles", () => {
  const bundle = join(root, "bundle");

  test("a range verifies alone, against the anchor of its head", async () => {
    for (const [from, to] of [
      [0, 1],
      [0, 306],
      [1, 2],
      [100, 260],
      [255, 257],
      [256, 306],
      [290, 306],
    ] as const) {
      rmSync(bundle, { force: true });
      const summary = await exportRange(good as string, from, to, bundle);
      expect(summary.entries).toBe(to - from);
      const report = await verify(bundle);
      expect({ from, to, report }).toMatchObject({ from, to, report: { verdict: "anchored", ok: true, problems: [] } });
      expect(report.checked.entries).toBe(to - from);
      expect(report.checked.frames + report.checked.bodies).toBeGreaterThanOrEqual(summary.bodies);
    }
  });

  test("every flipped bit of a bundle is found", async () => {
    rmSync(bundle, { force: true });
    await exportRange(good as string, 100, 140, bundle);
    const whole = join(root, "whole");
    cpSync(bundle, whole);
    for (let seed = 1; seed <= 24; seed++) {
      cpSync(whole, bundle);
      flipFile(bundle, seededChance(seed));
      expect({ seed, verdict: (await verify(bundle)).verdict }).toEqual({ seed, verdict: "damaged" });
    }
  });

  test("entries of another log do not verify under this log's key", async () => {
    rmSync(bundle, { force: true });
    await exportRange(other as string, 10, 20, bundle);
    expect(await verify(bundle)).toMatchObject({ verdict: "damaged" });
  });

  test("a range outside the log is a usage error", async () => {
    await expect(exportRange(good as string, 5, 5, bundle)).rejects.toMatchObject({ code: "USAGE" });
    await expect(exportRange(good as string, 5, 5000, bundle)).rejects.toMatchObject({ code: "USAGE" });
  });
});

/** Everything that can be read out of the database, as text. */
function dump(dir: string): string {
  const rows = openSnapshot(join(dir, "log.db"));
  try {
    const tables = ["entry", "body", "state", "quarantine", "quarantine_left_off", "sqlite_schema"];
    return tables.map((table) => JSON.stringify(rows.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all())).join("\n");
  } finally {
    rows.close();
  }
}
