import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Misses, mergeOutcomes, type TrialOrder } from "./outcome.ts";
import { runTrial } from "./trial-run.ts";
import { partsOf, type TrialTest } from "./trial-test.ts";

let dir: string;
let ran: TrialOrder[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "twinward-trial-"));
  ran = [];
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

function counting(id: string, run?: (order: TrialOrder) => void): TrialTest {
  return {
    id,
    title: id,
    counts: { smoke: 5, quick: 50, full: 500 },
    partMax: 2,
    run: async (order) => {
      ran.push(order);
      run?.(order);
      return new Misses().outcome({ things: order.count });
    },
  };
}

const words = { profile: "smoke", seed: 3, out: undefined, shard: { k: 1, n: 1 } } as const;

test("a profile is cut into parts with seeds of their own, the same for the same words", () => {
  const parts = partsOf([counting("A"), counting("B")], "smoke", 3);
  expect(parts.map(({ id, count }) => [id, count])).toEqual([
    ["A#0", 2],
    ["A#1", 2],
    ["A#2", 1],
    ["B#0", 2],
    ["B#1", 2],
    ["B#2", 1],
  ]);
  expect(new Set(parts.map(({ seed }) => seed)).size).toBe(6);
  expect(partsOf([counting("B")], "smoke", 3)[0]?.seed).toBe(parts[3]?.seed);
});

test("shards run their parts only, and the last one writes the whole", async () => {
  const out = join(dir, "out.json");
  const tests = [counting("A")];
  await runTrial(tests, { ...words, out, shard: { k: 1, n: 2 } });
  expect(ran).toHaveLength(2);
  expect(existsSync(out)).toBe(false);
  await runTrial(tests, { ...words, out, shard: { k: 2, n: 2 } });
  expect(ran).toHaveLength(3);
  const report = JSON.parse(readFileSync(out, "utf8"));
  expect(report.complete).toBe(true);
  expect(report.tests[0].figures).toEqual({ things: 5 });
});

test("what is done is not done again", async () => {
  const out = join(dir, "out.json");
  const tests = [counting("A")];
  await runTrial(tests, { ...words, out, shard: { k: 1, n: 3 } });
  await runTrial(tests, { ...words, out });
  expect(ran).toHaveLength(3);
});

test("a part that throws is a miss, and the others still run", async () => {
  const broken = counting("A", ({ count }) => {
    if (count === 1) throw new Error("broken");
  });
  expect(await runTrial([broken, counting("B")], words)).toBe(false);
  expect(ran).toHaveLength(6);
});

test("parts become one: sums, extremes, names once, and not run is never passed", () => {
  const left = {
    figures: { n: 1, slowMax: 3, codes: ["A"], in: { n: 1 } },
    misses: ["x"],
    missCount: 1,
    notRun: ["no root"],
  };
  const right = {
    figures: { n: 2, slowMax: 2, codes: ["A", "B"], in: { n: 5 } },
    misses: [],
    missCount: 0,
    notRun: ["no root"],
  };
  expect(mergeOutcomes([left, right])).toEqual({
    figures: { n: 3, slowMax: 3, codes: ["A", "B"], in: { n: 6 } },
    misses: ["x"],
    missCount: 1,
    notRun: ["no root"],
  });
});
