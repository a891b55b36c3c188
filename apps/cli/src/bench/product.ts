/**
 * The product, in process: each frame is verified, chain-checked, decoded, judged by the five streaming checks, in a
 * fsynced transaction with its leaf, and counted when its inclusion proof is in hand.
 */

import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openAccess, openAuthority } from "@twinward/access";
import { StreamChecks } from "@twinward/detection";
import { createLog } from "@twinward/evidence";
import { createIngest } from "@twinward/ingest";
import { isRefusal, ManualClock } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import { BENCH_START_MS, type BenchDevice, SIGNALS_PER_DEVICE } from "./bench-site.ts";
import { type Measure, measure } from "./figures.ts";

const HOUR_MS = 3_600_000;
/** Frames handed in before the first answer is awaited, as a pipelined sender does. */
const WINDOW = 256;

const CHECK_LIMITS = {
  minimum: -50,
  maximum: 1500,
  ratePerMsMax: 1e9,
  sameMax: 30,
  mean: 500,
  spread: 100,
  ewmaMax: 8,
  cusumMax: 8,
} as const;

export interface OpenDoor {
  readonly accept: (frame: Uint8Array) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** A door with its log and the streaming checks behind it, all devices registered. */
export async function openParts(dir: string, site: Site, devices: readonly BenchDevice[]) {
  await rm(dir, { recursive: true, force: true });
  // Long after the frames' times: none is from the future, and old ones are never refused.
  const clock = new ManualClock(BENCH_START_MS + 1000 * HOUR_MS);
  const log = await createLog({ dir, clock, site: site.id, timeBase: "simulated" });
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const authority = await openAuthority({ dataDir: dir, siteId: site.id, clock: { nowMs: Date.now }, random });
  const access = await openAccess({ dataDir: dir, site: { id: site.id, devices: [] }, log, authority, clock });
  await Promise.all(
    devices.map(({ id, signer }) =>
      access.registry.register({ device: id, key: signer.publicKey, signedAt: "device", by: "bench" }),
    ),
  );
  const limits = { framesPerSecondMax: 1e9, framesBurstMax: 1e9 };
  const ingest = await createIngest({
    site,
    log,
    registry: access.registry,
    clock,
    limits,
    timer: () => ({ stop: () => {} }),
  });
  const numberOf = new Map(site.devices.map((device, d) => [device.id, d * SIGNALS_PER_DEVICE]));
  const checks = new StreamChecks(site.signals.map(() => CHECK_LIMITS));
  const shifted = new Uint32Array(10_000);
  let flagged = 0;
  ingest.onAccepted(({ device, block }) => {
    const base = numberOf.get(device) ?? 0;
    for (let i = 0; i < block.signals.length; i++) shifted[i] = base + (block.signals[i] ?? 0);
    flagged += checks.check(shifted, block.timesMs, block.values, block.values.length);
  });
  const stop = async () => {
    await ingest.stop();
    await log.stop();
  };
  return { clock, log, access, ingest, flagged: () => flagged, stop };
}

export async function openDoor(dir: string, site: Site, devices: readonly BenchDevice[]): Promise<OpenDoor> {
  const { ingest, stop } = await openParts(dir, site, devices);
  return {
    accept: async (frame) => {
      const answer = await ingest.accept(frame, { source: "bench" });
      if (isRefusal(answer)) throw new Error(`refused ${answer.code}: ${answer.detail}`);
      return answer.proof();
    },
    close: stop,
  };
}

export function productOf(
  dir: string,
  site: Site,
  devices: readonly BenchDevice[],
  frames: readonly Uint8Array[],
): () => Promise<Measure> {
  return async () => {
    const door = await openDoor(join(dir, "door"), site, devices);
    const figure = await measure(frames.length, () => pump(door, frames));
    await door.close();
    return figure;
  };
}

async function pump(door: OpenDoor, frames: readonly Uint8Array[]): Promise<void> {
  for (let from = 0; from < frames.length; from += WINDOW) {
    const proofs = await Promise.all(frames.slice(from, from + WINDOW).map(door.accept));
    if (proofs.some((proof) => !proof.startsWith("c2sp.org/tlog-proof@v1\n")))
      throw new Error("every frame gets a proof");
  }
}
