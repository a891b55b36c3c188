/**
 * P5: how long a sender waits for a durable answer at 100,000 readings a second, beyond what the transport alone takes,
 * in units of one fsync of the same disk in the same run.
 */

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openAuthority } from "@twinward/access";
import { WebSocket, WebSocketServer } from "ws";
import { benchDevices, benchSite, DEVICES, frameSource } from "./bench-site.ts";
import { percentile, spreadOf } from "./figures.ts";
import { FRAMES_PER_SECOND, PacedLoad } from "./paced-load.ts";
import { ServerProcess } from "./server-process.ts";

/** Disk and machine change by the second: fsync, product and echo are measured in turn, and compared round by round. */
const ROUNDS = 5;
const ROUND_FRAMES = 1_500;
/** Left out: connections and caches are cold. */
const WARM_UP_FRAMES = 300;
const FSYNCS = 100;
/** A round whose bare transport or bare disk is slower than this says nothing about the product. */
const ECHO_P99_MS_MAX = 3;
const FSYNC_P99_MS_MAX = 10;
const SEED = 1;

/** Medians over the rounds that count. */
export interface Waiting {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly echoP50Ms: number;
  readonly echoP99Ms: number;
  readonly fsyncP50Ms: number;
  readonly fsyncP99Ms: number;
  readonly p50OverFsync: number;
  readonly p99OverFsync: number;
  /** Median wait behind a log that does nothing but these fsyncs, for frames at the same pace: what the disk allows. */
  readonly diskP50Ms: number;
  /** Rounds whose echo and disk were quick enough; when none was, all count. */
  readonly quietRounds: number;
}

type Round = Omit<Waiting, "quietRounds">;

export async function latency(dir: string): Promise<Waiting> {
  const site = benchSite();
  const devices = benchDevices(site, SEED);
  const next = frameSource({ site, devices, readings: 100, profile: "columns", seed: 11 });
  const server = await ServerProcess.start({ dir: join(dir, "latency"), devices: DEVICES, seed: SEED });
  const { socket } = await server.connect();
  const echo = await startEcho(dir);
  const rounds: Round[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const frames = Array.from({ length: ROUND_FRAMES }, next);
    const before = fsyncs(join(dir, "fsync"));
    const durable = await paced(socket, frames);
    const after = fsyncs(join(dir, "fsync"));
    rounds.push(roundOf(durable, await paced(echo.socket, frames), [...before, ...after]));
  }
  socket.terminate();
  echo.stop();
  await server.stop();
  return medians(rounds);
}

function roundOf(durable: readonly number[], echo: readonly number[], fsync: readonly number[]): Round {
  const [p50Ms, p99Ms] = [percentile(durable, 0.5), percentile(durable, 0.99)];
  const [echoP50Ms, echoP99Ms] = [percentile(echo, 0.5), percentile(echo, 0.99)];
  const [fsyncP50Ms, fsyncP99Ms] = [percentile(fsync, 0.5), percentile(fsync, 0.99)];
  return {
    p50Ms,
    p99Ms,
    echoP50Ms,
    echoP99Ms,
    fsyncP50Ms,
    fsyncP99Ms,
    p50OverFsync: (p50Ms - echoP50Ms) / fsyncP50Ms,
    p99OverFsync: (p99Ms - echoP99Ms) / fsyncP99Ms,
    diskP50Ms: percentile(waitsBehind(fsync), 0.5),
  };
}

/** Group commit with nothing to do: what arrived during one fsync is durable with the next. Milliseconds per frame. */
function waitsBehind(fsync: readonly number[]): number[] {
  const waits: number[] = [];
  let arrivedMs = 0;
  let nowMs = 0;
  for (const tookMs of fsync) {
    nowMs = Math.max(nowMs, arrivedMs);
    const startedMs = nowMs;
    nowMs += tookMs;
    for (; arrivedMs <= startedMs; arrivedMs += 1000 / FRAMES_PER_SECOND) waits.push(nowMs - arrivedMs);
  }
  return waits;
}

function medians(rounds: readonly Round[]): Waiting {
  const quiet = rounds.filter(
    ({ echoP99Ms, fsyncP99Ms }) => echoP99Ms < ECHO_P99_MS_MAX && fsyncP99Ms < FSYNC_P99_MS_MAX,
  );
  const counted = quiet.length > 0 ? quiet : rounds;
  const median = (name: keyof Round) => spreadOf(counted.map((round) => round[name])).median;
  return {
    p50Ms: median("p50Ms"),
    p99Ms: median("p99Ms"),
    echoP50Ms: median("echoP50Ms"),
    echoP99Ms: median("echoP99Ms"),
    fsyncP50Ms: median("fsyncP50Ms"),
    fsyncP99Ms: median("fsyncP99Ms"),
    p50OverFsync: median("p50OverFsync"),
    p99OverFsync: median("p99OverFsync"),
    diskP50Ms: median("diskP50Ms"),
    quietRounds: quiet.length,
  };
}

async function paced(socket: WebSocket, frames: readonly Uint8Array[]): Promise<number[]> {
  let sent = 0;
  const load = new PacedLoad(socket, () => frames[sent++]);
  await load.answered();
  return load.waits.slice(WARM_UP_FRAMES);
}

/** The same over TLS with a server that does nothing but answer as many bytes. */
async function startEcho(dir: string): Promise<{ readonly socket: WebSocket; readonly stop: () => void }> {
  const authority = await openAuthority({
    dataDir: join(dir, "echo"),
    siteId: "echo",
    clock: { nowMs: Date.now },
    random: (length) => new Uint8Array(randomBytes(length)),
  });
  const { key, certificate } = await authority.serverCertificate(["127.0.0.1"]);
  const https = createServer({ key, cert: certificate, minVersion: "TLSv1.3" });
  const answers = new WebSocketServer({ server: https, perMessageDeflate: false });
  answers.on("connection", (peer) => peer.on("message", (data) => peer.send(data)));
  https.listen(0, "127.0.0.1");
  await once(https, "listening");
  const socket = new WebSocket(`wss://127.0.0.1:${(https.address() as AddressInfo).port}`, {
    ca: authority.certificate,
    perMessageDeflate: false,
  });
  await once(socket, "open");
  const stop = () => {
    socket.terminate();
    https.close();
  };
  return { socket, stop };
}

function fsyncs(path: string): number[] {
  const file = openSync(path, "w");
  const page = Buffer.alloc(4096, 1);
  const waits = Array.from({ length: FSYNCS }, () => {
    const startMs = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return performance.now() - startMs;
  });
  closeSync(file);
  rmSync(path);
  return waits;
}
