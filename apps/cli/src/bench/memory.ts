/** P17: resident memory of the server process with 100,000 signals under steady load, and whether it grows. */
import { join } from "node:path";
import { benchDevices, benchSite, frameSource } from "./bench-site.ts";
import { PacedLoad } from "./paced-load.ts";
import { ServerProcess } from "./server-process.ts";

const DEVICES = 1_000;
const SAMPLE_MS = 2_000;
const SAMPLES_MIN = 5;
const SETTLED_MINUTES = 3;
const SEED = 1;

export interface Resident {
  readonly signals: number;
  /** Answered with a proof, over the whole run. */
  readonly framesPerSecond: number;
  readonly mib: number;
  /** Growth from minute 3 to the end as a share; null when the run was shorter. */
  readonly slopeShare: number | null;
}

export async function memory(dir: string, minutes: number): Promise<Resident> {
  const site = benchSite(DEVICES);
  const devices = benchDevices(site, SEED);
  const server = await ServerProcess.start({ dir: join(dir, "memory"), devices: DEVICES, seed: SEED });
  const { socket } = await server.connect();
  const samples = Math.max(SAMPLES_MIN, Math.floor((minutes * 60_000) / SAMPLE_MS));
  // One long chain per device, each frame signed when it is due: one a second and device, evenly spread.
  const next = frameSource({ site, devices, readings: 100, profile: "columns", seed: 13 });
  const load = new PacedLoad(socket, next);
  const rss: number[] = [];
  for (let i = 0; i < samples; i++) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    rss.push((await server.usage()).rssBytes);
  }
  const framesPerSecond = load.stop();
  socket.terminate();
  await server.stop();
  const settled = rss[Math.floor((SETTLED_MINUTES * 60_000) / SAMPLE_MS)];
  const last = rss.at(-1) ?? Number.NaN;
  return {
    signals: site.signals.length,
    framesPerSecond,
    mib: Math.round(Math.max(...rss) / 1024 / 1024),
    slopeShare: settled === undefined ? null : last / settled - 1,
  };
}
