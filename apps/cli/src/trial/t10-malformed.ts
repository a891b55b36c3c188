/**
 * T10: malformed input, parser by parser. No crash, no input over 100 ms per 64 KiB, memory bounded, and what is accepted
 * in a format with one form has that form. Inputs come from seed and number alone.
 */
import { Worker } from "node:worker_threads";
import type { FeedOrder, FeedReport } from "./malformed/malformed-worker.ts";
import { Misses, type Outcome, type TrialOrder } from "./outcome.ts";

/** 64 times the greatest input is 4 MiB; the rest is the code itself and what waits to be collected. */
const HEAP_MB_MAX = 192;
const WATCH_MS = 1_000;
const STILL_MS_MAX = 20_000;

/** The test of one parser. */
export function feedParser(parser: string): (order: TrialOrder) => Promise<Outcome> {
  return async ({ seed, count, dir, say }) => {
    const misses = new Misses();
    const at = new SharedArrayBuffer(4);
    const report = await watched({ parser, seed, count, dir, at }, say).catch((error: Error) => {
      misses.add(`${parser}, seed ${seed}: ${error.message}`);
      return undefined;
    });
    if (report === undefined) return misses.outcome({ inputs: new Int32Array(at)[0] ?? 0 });
    misses.add(...report.misses.map((miss) => `${parser}, seed ${seed}, ${miss}`));
    const { accepted, verdicts, slowestMs, heapMb, bytes } = report;
    const figures = { inputs: count, accepted, verdictsMax: verdicts, megabytes: Math.round(bytes / 1e6) };
    return misses.outcome({ ...figures, slowestMsMax: Math.round(slowestMs), heapMbMax: Math.round(heapMb) });
  };
}

function watched(order: FeedOrder, say: TrialOrder["say"]): Promise<FeedReport> {
  const worker = new Worker(new URL("./malformed/malformed-worker.ts", import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
  });
  const at = new Int32Array(order.at);
  let [last, movedMs] = [0, performance.now()];
  let watch: NodeJS.Timeout | undefined;
  return new Promise<FeedReport>((resolve, reject) => {
    watch = setInterval(() => {
      const now = Atomics.load(at, 0);
      if (now !== last) [last, movedMs] = [now, performance.now()];
      say(`${now} of ${order.count} inputs`);
      if (performance.now() - movedMs > STILL_MS_MAX) reject(new Error(`input ${now - 1} hangs`));
    }, WATCH_MS);
    worker.once("message", resolve);
    worker.once("error", (error) =>
      reject(new Error(`input ${Atomics.load(at, 0) - 1} ends the thread: ${error.message}`)),
    );
    worker.once("exit", () => reject(new Error("the thread ended without a report")));
  }).finally(() => {
    clearInterval(watch);
    return worker.terminate();
  });
}
