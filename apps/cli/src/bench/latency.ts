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
import { benchDevices, benchSite, DEVICES, signedFrames } from "./bench-site.ts";
import { percentile } from "./figures.ts";
import { ServerProcess } from "./server-process.ts";

const FRAMES_PER_SECOND = 1_000;
const FRAMES = 6_000;
/** Left out: connections and caches are cold. */
const WARM_UP_FRAMES = 1_000;
const FSYNCS = 300;
const SEED = 1;

export interface Waiting {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly echoP50Ms: number;
  readonly echoP99Ms: number;
  readonly fsyncP50Ms: number;
  readonly fsyncP99Ms: number;
  readonly p50OverFsync: number;
  readonly p99OverFsync: number;
}

export async function latency(dir: string): Promise<Waiting> {
  const site = benchSite();
  const frames = signedFrames({
    site,
    devices: benchDevices(site, SEED),
    frames: FRAMES,
    readings: 100,
    profile: "columns",
    seed: 11,
  });
  const server = await ServerProcess.start({ dir: join(dir, "latency"), devices: DEVICES, seed: SEED });
  const socket = await server.connect();
  const durable = await paced(socket, frames);
  socket.terminate();
  await server.stop();
  const echo = await echoed(dir, frames);
  const fsync = fsyncs(join(dir, "fsync"));
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
  };
}

/** Sends at an even pace, whatever the answers do; returns milliseconds from sending to answer. */
function paced(socket: WebSocket, frames: readonly Uint8Array[]): Promise<number[]> {
  return new Promise((resolve) => {
    const sentAt: number[] = [];
    const waits: number[] = [];
    const startMs = performance.now();
    socket.on("message", () => {
      waits.push(performance.now() - (sentAt[waits.length] ?? 0));
      if (waits.length === frames.length) resolve(waits.slice(WARM_UP_FRAMES));
    });
    const tick = () => {
      const due = Math.min(frames.length, Math.floor(((performance.now() - startMs) / 1000) * FRAMES_PER_SECOND));
      while (sentAt.length < due) {
        sentAt.push(performance.now());
        socket.send(frames[sentAt.length - 1]!);
      }
      if (sentAt.length < frames.length) setImmediate(tick);
    };
    tick();
  });
}

/** The same over TLS with a server that does nothing but answer as many bytes. */
async function echoed(dir: string, frames: readonly Uint8Array[]): Promise<number[]> {
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
  const waits = await paced(socket, frames);
  socket.terminate();
  https.close();
  return waits;
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
