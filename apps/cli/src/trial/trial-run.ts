/**
 * Runs the parts of a profile, or one shard of them, and writes one JSON object with every figure.
 *
 * A part that throws is a miss like any other: the trial goes on, and its exit code says no.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeDigest } from "@twinward/server";
import { Misses, mergeOutcomes, type Outcome } from "./outcome.ts";
import { type PartDone, TrialState } from "./trial-state.ts";
import { type Profile, partsOf, type TrialPart, type TrialTest } from "./trial-test.ts";

export interface Shard {
  /** From 1. */
  readonly k: number;
  readonly n: number;
}

export interface TrialWords {
  readonly profile: Profile;
  readonly seed: number;
  readonly shard: Shard;
  readonly out: string | undefined;
}

const SAY_EVERY_MS = 2_000;

/** Answers whether nothing was missed so far. */
export async function runTrial(tests: readonly TrialTest[], words: TrialWords): Promise<boolean> {
  const { profile, seed, shard, out } = words;
  const parts = partsOf(tests, profile, seed);
  const state = new TrialState(out === undefined ? undefined : `${out}.parts`);
  const done = (part: TrialPart) => state.part(part.id, profile, part.seed);
  const code = await codeDigest();
  // Parts clean up behind themselves when the process ends in order.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  for (const [i, part] of parts.entries()) {
    if (i % shard.n !== shard.k - 1 || isSettled(done(part), code)) continue;
    state.put(part.id, { ...(await runPart(part, code)), profile });
  }
  const report = reportOf(tests, parts, words, done);
  if (out !== undefined && report.complete) {
    writeFileSync(out, `${JSON.stringify(report, undefined, 2)}\n`);
    if (report.missCount === 0) state.clear();
  }
  console.log(JSON.stringify(report));
  return report.missCount === 0;
}

/** What missed is tried again when the code has changed, and only then: trying until it passes would prove nothing. */
function isSettled(done: PartDone | undefined, code: string): boolean {
  return done !== undefined && (done.missCount === 0 || done.code === code);
}

async function runPart({ id, test, seed, count }: TrialPart, code: string): Promise<Omit<PartDone, "profile">> {
  const say = saying(id);
  const dir = scratch();
  const remove = () => discard(dir);
  process.once("exit", remove);
  const startMs = performance.now();
  console.error(`${id}: ${test.title} (${count}, seed ${seed})`);
  const outcome = await test.run({ seed, count, dir, say }).catch(thrown);
  process.off("exit", remove);
  remove();
  const seconds = Math.round((performance.now() - startMs) / 100) / 10;
  for (const miss of outcome.misses) console.error(`${id}: MISS ${miss}`);
  for (const reason of outcome.notRun) console.error(`${id}: not run: ${reason}`);
  console.error(`${id}: ${outcome.missCount === 0 ? "done" : `${outcome.missCount} MISSED`} in ${seconds} s`);
  return { ...outcome, count, seed, seconds, code };
}

function thrown(reason: unknown): Outcome {
  const misses = new Misses();
  misses.add(`it stopped: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`);
  return misses.outcome({});
}

/** What cannot be removed (a disk that is still mounted) must not hide what the part found. */
function discard(dir: string): void {
  try {
    rmSync(dir, { recursive: true, force: true });
  } catch (error) {
    console.error(`left behind: ${dir}: ${(error as Error).message}`);
  }
}

/** Beside the working folder, not in memory: fsync must mean what it says. */
function scratch(): string {
  return mkdtempSync(join(process.cwd(), ".twinward-trial-"));
}

function saying(id: string): (line: string) => void {
  let saidMs = 0;
  return (line) => {
    if (performance.now() - saidMs < SAY_EVERY_MS) return;
    saidMs = performance.now();
    console.error(`${id}: ${line}`);
  };
}

function reportOf(
  tests: readonly TrialTest[],
  parts: readonly TrialPart[],
  { profile, seed }: TrialWords,
  done: (part: TrialPart) => PartDone | undefined,
) {
  const all = parts.map(done);
  const reports = tests.flatMap((test) => {
    const own = parts.filter((part) => part.test === test).map(done);
    return own.length === 0 ? [] : [testReport(test, own, profile)];
  });
  return {
    trial: profile,
    seed,
    complete: all.every((part) => part !== undefined),
    missCount: reports.reduce((sum, report) => sum + report.missCount, 0),
    notRun: reports.flatMap((report) => report.notRun.map((reason) => `${report.id}: ${reason}`)),
    tests: reports,
    codes: [...new Set(all.flatMap((part) => (part === undefined ? [] : [part.code])))],
  };
}

function testReport(test: TrialTest, parts: readonly (PartDone | undefined)[], profile: Profile) {
  const done = parts.filter((part) => part !== undefined);
  const { figures, misses, missCount, notRun } = mergeOutcomes(done);
  const seconds = Math.round(done.reduce((sum, part) => sum + part.seconds, 0));
  const { id, title, counts } = test;
  return {
    id,
    title,
    wanted: counts[profile],
    parts: `${done.length} of ${parts.length}`,
    seconds,
    missCount,
    misses,
    notRun,
    figures,
  };
}
