/**
 * T3, the time to be up again: `serve` on a log of 10^6 entries, after an orderly stop and after kill -9. The log is made
 * through the same door, with real frames, in process; all of it is judged before the first stop.
 */

import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { saveModel, untrainedModel } from "@twinward/detection";
import { isRefusal, ManualClock, seededChance, TwinwardError } from "@twinward/kernel";
import { Runtime } from "@twinward/server";
import { siteFrom } from "../site-folder.ts";
import { TRIAL_SITE } from "./field/trial-plant.ts";
import { TrialSigner } from "./forgery/forger.ts";
import { Misses, type Outcome, type TrialOrder } from "./outcome.ts";
import { killHard, type OwnCommand, pause, startOwn } from "./own-command.ts";

const UP_MS_MAX = 5_000;
const PATIENCE_MS = 120_000;
const POLL_MS = 10;
const START_MS = Date.UTC(2026, 0, 5);
/** A hundred frames to each row of the site. */
const BETWEEN_FRAMES_MS = 36_000;
/** The run's clock passes fast enough for the door's rate limit. */
const CLOCK_MS_PER_FRAME = 2;
const UNDER_WAY_MAX = 512;
const STARTS_AFTER_KILL = 3;
const NO_TIMER = () => ({ stop: () => {} });

export async function restartLarge({ seed, count, dir, say }: TrialOrder): Promise<Outcome> {
  const misses = new Misses();
  const dataDir = join(dir, "data");
  const buildSeconds = await build(dataDir, seed, count, say);
  let server = await start(dataDir);
  const afterStopMs = server.upMs;
  const afterKill: number[] = [];
  for (let i = 0; i < STARTS_AFTER_KILL; i++) {
    await killHard(server.command);
    server = await start(dataDir);
    afterKill.push(server.upMs);
    say(`up again after ${server.upMs} ms`);
  }
  await killHard(server.command);
  // The median: one start beside a busy neighbour says nothing about ours.
  const afterKillMs = afterKill.sort((left, right) => left - right)[STARTS_AFTER_KILL >> 1] ?? Number.POSITIVE_INFINITY;
  for (const [what, ms] of [
    ["an orderly stop", afterStopMs],
    ["kill -9", afterKillMs],
  ] as const)
    if (ms > UP_MS_MAX) misses.add(`with ${count} entries serve was up ${ms} ms after ${what}`);
  return misses.outcome({
    entries: count,
    afterStopMsMax: afterStopMs,
    afterKillMsMedianMax: afterKillMs,
    buildSeconds,
  });
}

/** Answers how many seconds it took. */
async function build(dataDir: string, seed: number, entries: number, say: TrialOrder["say"]): Promise<number> {
  const startMs = performance.now();
  const site = await siteFrom(TRIAL_SITE);
  const clock = new ManualClock(START_MS);
  const model = saveModel(untrainedModel(site));
  const runtime = await Runtime.open({ site, dataDir, timeBase: "live", clock, model, timer: NO_TIMER });
  const chance = seededChance(seed);
  const signers = site.devices.map((device) => new TrialSigner(site, device.id, chance));
  for (const { id, signer } of signers)
    await runtime.access.registry.register({ device: id, key: signer.publicKey, signedAt: "device", by: "trial" });
  let underWay: Promise<void>[] = [];
  for (let frame = 0; runtime.log.size() < entries; frame++) {
    clock.set(START_MS + frame * CLOCK_MS_PER_FRAME);
    for (const signer of signers)
      underWay.push(send(runtime, signer, START_MS - (entries - frame) * BETWEEN_FRAMES_MS));
    if (underWay.length < UNDER_WAY_MAX) continue;
    await Promise.all(underWay);
    underWay = [];
    say(`${runtime.log.size()} of ${entries} entries`);
  }
  await Promise.all(underWay);
  await runtime.judgement.idle();
  await runtime.stop();
  return Math.round((performance.now() - startMs) / 1000);
}

async function send(runtime: Runtime, signer: TrialSigner, timeMs: number): Promise<void> {
  const { bytes } = signer.next(timeMs);
  // Only the newest is needed for the chain.
  if (signer.recorded.length > 1) signer.recorded.shift();
  const answer = await runtime.ingest.accept(bytes, { source: "trial" });
  if (isRefusal(answer)) throw new TwinwardError(answer.code, `a frame of the large log was refused: ${answer.detail}`);
}

/** Up when it says so and answers for its health. */
async function start(dataDir: string): Promise<{ command: OwnCommand; upMs: number }> {
  const startMs = performance.now();
  const command = startOwn(["serve", "--site", TRIAL_SITE, "--data", dataDir, "--listen", "127.0.0.1:0"]);
  let over = false;
  void command.ended.then(() => {
    over = true;
  });
  for (;;) {
    const url = /at (https:\/\/\S+)/.exec(command.output())?.[1];
    if (url !== undefined && (await isHealthy(url, dataDir))) break;
    if (over || performance.now() - startMs > PATIENCE_MS)
      throw new TwinwardError("TRIAL_SERVER", `serve does not come up: ${command.output()}`);
    await pause(POLL_MS);
  }
  return { command, upMs: Math.round(performance.now() - startMs) };
}

function isHealthy(url: string, dataDir: string): Promise<boolean> {
  const ca = readFileSync(join(dataDir, "keys", "ca.crt"));
  return new Promise((resolve) => {
    const outgoing = request(new URL("/v1/health", url), { ca }, (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode === 200);
    });
    outgoing.on("error", () => resolve(false));
    outgoing.end();
  });
}
