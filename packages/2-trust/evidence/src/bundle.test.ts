import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { concatBytes } from "@twinward/kernel";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BUNDLE_MAGIC } from "./bundle.ts";
import { exportRange, verifyLog } from "./index.ts";
import { freshFolder, testLog } from "./log.fixture.ts";
import { FrameChains } from "./verify/frame-chains.ts";

const folder = freshFolder();
const path = join(folder.dir, "..", "bundle");

beforeAll(async () => {
  const log = await testLog(folder.dir);
  await log.append({ kind: "tick", facts: {} });
  await log.stop();
});
afterAll(() => folder.remove());

test("hostile bytes are a damaged bundle, never a crash", async () => {
  const record = (bytes: Uint8Array) => concatBytes(Uint8Array.of(0, 0, 0, bytes.length), bytes);
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.uint8Array({ maxLength: 60 }).map(record), { maxLength: 5 })
      .map((records) => concatBytes(BUNDLE_MAGIC, ...records)),
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (bytes) => {
      writeFileSync(path, bytes);
      expect((await verifyLog(path, { logKeys: [] })).verdict).toBe("damaged");
    }),
    { numRuns: 300 },
  );
});

test("a bundle is not written over another file", async () => {
  rmSync(path, { force: true });
  await exportRange(folder.dir, 0, 2, path);
  await expect(exportRange(folder.dir, 0, 2, path)).rejects.toMatchObject({ code: "USAGE" });
  expect((await verifyLog(path, { logKeys: [] })).verdict).toBe("consistent, NOT anchored");
});

test("frames in any order make one chain, unless one place is taken twice or a link is wrong", () => {
  const digest = (i: number) => new Uint8Array(32).fill(i + 1);
  const frame = (i: number) => ({ device: "d", boot: 1, sequence: i, digest: digest(i), previous: digest(i - 1) });
  fc.assert(
    fc.property(
      fc.shuffledSubarray(
        Array.from({ length: 20 }, (_, i) => i),
        { minLength: 20 },
      ),
      fc.nat(19),
      (order, bad) => {
        const chains = new FrameChains();
        expect(order.map((i) => chains.add(frame(i))).filter(Boolean)).toEqual([]);
        expect(chains.gaps()).toBe(0);
        expect(chains.add(frame(bad))).toBe("duplicate");
        const broken = new FrameChains();
        const faults = order.map((i) => broken.add(i === bad ? { ...frame(i), digest: digest(100) } : frame(i)));
        expect(faults.includes("broken")).toBe(bad < 19);
      },
    ),
  );
});
