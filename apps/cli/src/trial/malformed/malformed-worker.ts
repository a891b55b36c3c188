/**
 * Feeds one parser, in a thread with a small heap of its own: a parser that eats memory dies here, and one that hangs is
 * seen from outside by the number it stopped at.
 */
import { getHeapStatistics } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { seededChance } from "@twinward/kernel";
import { malformed } from "./mutator.ts";
import type { OpenParser } from "./parser-case.ts";
import { parserNamed } from "./parsers.ts";

export interface FeedOrder {
  readonly parser: string;
  readonly seed: number;
  readonly count: number;
  readonly dir: string;
  /** [0] is the number of the input under way. */
  readonly at: SharedArrayBuffer;
}

export interface FeedReport {
  readonly accepted: number;
  /** Different codes that were answered. */
  readonly verdicts: number;
  readonly slowestMs: number;
  readonly heapMb: number;
  readonly bytes: number;
  readonly misses: readonly string[];
}

const HANG_MS_PER_64_KIB = 100;
const INPUT_BYTES_UNIT = 65_536;
/** A slow one is tried again: the garbage of those before it may have been collected on its time. */
const TRIES_MAX = 5;
const MISSES_MAX = 10;
const SHOWN_BYTES_MAX = 300;
const HEAP_SAMPLE_EVERY = 64;
const MIB = 1_048_576;

const order = workerData as FeedOrder;
const at = new Int32Array(order.at);
const opened = await (await parserNamed(order.parser)).open(order.dir);
for (const sample of opened.samples) {
  const verdict = await opened.parse(sample);
  // A parser that refuses what is right would pass this trial by refusing everything.
  if (verdict !== (opened.right ?? "accepted")) throw new Error(`a well-formed input was answered ${verdict}`);
}
parentPort?.postMessage(await feed(opened));

async function feed(parser: OpenParser): Promise<FeedReport> {
  const verdicts = new Set<string>();
  const misses: string[] = [];
  let [accepted, bytes, slowestMs, heap] = [0, 0, 0, 0];
  for (let i = 0; i < order.count && misses.length < MISSES_MAX; i++) {
    Atomics.store(at, 0, i + 1);
    const input = malformed(parser, seededChance((Math.imul(order.seed, 0x01000193) ^ i) >>> 0));
    bytes += input.length;
    const { verdict, crash, ms } = await feedOne(parser, input);
    slowestMs = Math.max(slowestMs, ms);
    if (crash !== undefined) misses.push(`input ${i}: ${crash}; ${shown(input)}`);
    if (ms > allowedMs(input)) misses.push(`input ${i} took ${Math.round(ms)} ms; ${shown(input)}`);
    if (verdict === "accepted") accepted += 1;
    verdicts.add(verdict);
    if (i % HEAP_SAMPLE_EVERY === 0) heap = Math.max(heap, getHeapStatistics().used_heap_size);
  }
  return { accepted, verdicts: verdicts.size, slowestMs, heapMb: heap / MIB, bytes, misses };
}

async function feedOne(parser: OpenParser, input: Uint8Array) {
  let ms = Number.POSITIVE_INFINITY;
  let [verdict, crash]: [string, string | undefined] = ["", undefined];
  for (let tried = 0; tried < TRIES_MAX && ms > allowedMs(input); tried++) {
    const before = threadMs();
    try {
      verdict = await parser.parse(input);
    } catch (error) {
      crash =
        error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 3).join(" | ") : String(error);
    }
    ms = Math.min(ms, threadMs() - before);
  }
  return { verdict, crash, ms };
}

/** Time of this thread on a core, milliseconds: what others do on the machine does not count. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function allowedMs(input: Uint8Array): number {
  return HANG_MS_PER_64_KIB * Math.max(1, input.length / INPUT_BYTES_UNIT);
}

function shown(input: Uint8Array): string {
  const rest = input.length > SHOWN_BYTES_MAX ? `… of ${input.length} bytes` : "";
  return `base64 ${Buffer.from(input.subarray(0, SHOWN_BYTES_MAX)).toString("base64")}${rest}`;
}
