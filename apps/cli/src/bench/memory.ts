/** P17: resident memory of the server process with 100,000 signals under steady load, and whether it grows. */
import { join } from "node:path";
import type { WebSocket } from "ws";
import { benchDevices, benchSite, frameSource } from "./bench-site.ts";
import { ServerProcess } from "./server-process.ts";

const DEVICES = 1_000;
const ROUND_FRAMES = 2_000;
const ROUND_MS = 2_000;
const ROUNDS_MIN = 5;
const SETTLED_MINUTES = 3;
const SEED = 1;

export interface Resident {
  readonly signals: number;
  readonly mib: number;
  /** Growth from minute 3 to the end as a share; null when the run was shorter. */
  readonly slopeShare: number | null;
}

export async function memory(dir: string, minutes: number): Promise<Resident> {
  const site = benchSite(DEVICES);
  const devices = benchDevices(site, SEED);
  const server = await ServerProcess.start({ dir: join(dir, "memory"), devices: DEVICES, seed: SEED });
  const socket = await server.connect();
  const rounds = Math.max(ROUNDS_MIN, Math.floor((minutes * 60_000) / ROUND_MS));
  // One long chain per device, signed as it is needed: two frames a round and device.
  const next = frameSource({ site, devices, readings: 100, profile: "columns", seed: 13 });
  const rss: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    await exchange(socket, Array.from({ length: ROUND_FRAMES }, next));
    rss.push(await server.rssBytes());
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, ROUND_MS - (performance.now() - startMs))));
  }
  socket.terminate();
  await server.stop();
  const settled = rss[Math.floor((SETTLED_MINUTES * 60_000) / ROUND_MS)];
  const last = rss.at(-1) ?? Number.NaN;
  return {
    signals: site.signals.length,
    mib: Math.round(Math.max(...rss) / 1024 / 1024),
    slopeShare: settled === undefined ? null : last / settled - 1,
  };
}

function exchange(socket: WebSocket, frames: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve) => {
    let answered = 0;
    const hear = () => {
      answered += 1;
      if (answered < frames.length) return;
      socket.off("message", hear);
      resolve();
    };
    socket.on("message", hear);
    for (const frame of frames) socket.send(frame);
  });
}
