/**
 * `twinward bench ingest`: what the signed path costs, as ratios to a ceiling and to a peer in the same run.
 *
 * Every round measures the ceiling, the product (columns, SenML, over WebSocket) and the plain service back to back.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ExitCode } from "../exit.ts";
import { benchDevices, benchSite, signedFrames } from "./bench-site.ts";
import type { BenchWords } from "./bench-words.ts";
import { ceilingOf } from "./ceiling.ts";
import { goal, type Measure, printGoals, shareOf, spreadOf } from "./figures.ts";
import { gate } from "./gate.ts";
import { latency } from "./latency.ts";
import { memory } from "./memory.ts";
import { plainServiceOf } from "./plain-service.ts";
import { productOf } from "./product.ts";
import { streamChecks } from "./stream-floor.ts";
import { websocketOf } from "./websocket.ts";

const FRAMES = 4_000;
const PLAIN_MESSAGES = 400;
const READINGS = 100;

export async function benchIngest(words: BenchWords): Promise<ExitCode> {
  // Beside the working folder, not in memory: fsync must mean what it says.
  const dir = await mkdtemp(join(process.cwd(), ".twinward-bench-"));
  try {
    return await run(dir, words);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function run(dir: string, words: BenchWords): Promise<ExitCode> {
  const site = benchSite();
  const devices = benchDevices(site, 1);
  await gate(dir, site, devices);
  console.log("gate: tampered frames refused, repeated frames write nothing");
  const order = { site, devices, frames: FRAMES, readings: READINGS, seed: 7 } as const;
  const columns = signedFrames({ ...order, profile: "columns" });
  const senml = signedFrames({ ...order, profile: "senml" });
  const websocket = await websocketOf(dir, { ...order, profile: "columns" }, FRAMES);
  const candidates = {
    sodium: ceilingOf(columns, devices, "sodium"),
    node: ceilingOf(columns, devices, "node"),
    senmlCeiling: ceilingOf(senml, devices, "sodium"),
    columns: productOf(dir, site, devices, columns),
    senml: productOf(dir, site, devices, senml),
    websocket: websocket.round,
    plain: plainServiceOf(dir, PLAIN_MESSAGES, READINGS),
  };
  const rounds = await interleaved(candidates, Number(words.rounds));
  await websocket.stop();
  const waiting = await latency(dir);
  const checks = streamChecks();
  const resident = await memory(dir, Number(words.minutes));
  return report(rounds, { waiting, checks, resident });
}

type Rounds = Record<string, Measure[]>;

async function interleaved(candidates: Record<string, () => Promise<Measure>>, rounds: number): Promise<Rounds> {
  const figures: Rounds = {};
  for (const [name, candidate] of Object.entries(candidates)) {
    await candidate();
    figures[name] = [];
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, candidate] of Object.entries(candidates)) figures[name]?.push(await candidate());
    console.log(`round ${round + 1} of ${rounds}`);
  }
  return figures;
}

interface Others {
  readonly waiting: Awaited<ReturnType<typeof latency>>;
  readonly checks: ReturnType<typeof streamChecks>;
  readonly resident: Awaited<ReturnType<typeof memory>>;
}

function report(rounds: Rounds, { waiting, checks, resident }: Others): ExitCode {
  const measures = (name: string) => rounds[name] ?? [];
  const node = measures("node");
  const best = measures("sodium").map((sodium, i) => ((node[i]?.rate ?? 0) > sodium.rate ? node[i]! : sodium));
  const ratios = {
    columns: shareOf(measures("columns"), best),
    senml: shareOf(measures("senml"), measures("senmlCeiling")),
    websocket: shareOf(measures("websocket"), best),
    plain: shareOf(measures("columns"), measures("plain")),
  };
  const isShort = resident.slopeShare === null;
  const goals = [
    goal("P1 trusted ingest, columns, in process / verify ceiling", ratios.columns.best, "at least", 0.5),
    goal("P1 the same over WebSocket with TLS / verify ceiling", ratios.websocket.best, "at least", 0.4),
    goal("P1 SenML, in process / verify ceiling", ratios.senml.best, "at least", 0.3),
    goal("P2 columns, in process / plain TypeScript service", ratios.plain.best, "at least", 6),
    goal("P5 durable answer, (p50 - echo p50) / fsync p50", waiting.p50OverFsync, "at most", 3),
    goal("P6 five streaming checks / typed-array floor", checks.overFloor, "at most", 2.5),
    // The heap reaches its plateau after some minutes: a short run only shows that it is not worse from the start.
    goal(`P17 resident memory with 100,000 signals, MiB${isShort ? " (short run)" : ""}`, resident.mib, "at most", 300),
    ...(resident.slopeShare === null
      ? []
      : [goal("P17 growth from minute 3 to the end, share", resident.slopeShare, "at most", 0.01)]),
  ];
  printGoals(goals);
  const figures = Object.fromEntries(
    Object.entries(rounds).map(([name, list]) => [
      name,
      {
        framesPerSecond: spreadOf(list.map(({ rate }) => rate)),
        cpuUsPerFrame: spreadOf(list.map(({ cpuUs }) => cpuUs)),
      },
    ]),
  );
  console.log(
    JSON.stringify({ bench: "ingest", readingsPerFrame: READINGS, figures, ratios, waiting, checks, resident, goals }),
  );
  return goals.every(({ met }) => met) ? 0 : 1;
}
