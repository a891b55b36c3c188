/**
 * What is tampered with: a data folder at rest, the same folder as a crash leaves it, what was exported from it, and the
 * anchor that was kept outside. Made once per part; each attempt is undone before the next.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FrameSigner, Outbox } from "@twinward/device";
import { exportRange, openLog } from "@twinward/evidence";
import { encodeSignalTable, signerFromSeed } from "@twinward/frame";
import { blockOf, ManualClock, seededChance } from "@twinward/kernel";
import { type RecordedSite, recordSite, replayWhole } from "./recorded-site.ts";

const DAYS = 4;
const QUARANTINED = 4;
const APPENDED = 40;
const PROOFS = 12;
const OUTBOX_FRAMES = 12;
const LATER_MS = Date.UTC(2026, 1, 1);

export interface Evidence {
  readonly dir: string;
  readonly recorded: RecordedSite;
  readonly logKey: string;
  /** At rest, and the checkpoint that is kept outside. */
  readonly data: string;
  readonly anchor: string;
  /** As it was before the newest entries. */
  readonly older: string;
  /** As kill -9 leaves it, with entries that are only in log.db-wal, and its anchor. */
  readonly crashed: string;
  readonly crashedAnchor: string;
  /** Another log of the same site, from the same input. */
  readonly foreign: string;
  readonly bundle: string;
  readonly proofs: readonly string[];
  readonly outbox: string;
}

export async function makeEvidence(dir: string, seed: number): Promise<Evidence> {
  const recorded = await recordSite(dir, seed % 1000, DAYS);
  const paths = ["data", "older", "crashed", "foreign", "bundle", "anchor", "crashed-anchor", "outbox"] as const;
  const [data, older, crashed, foreign, bundle, anchor, crashedAnchor, outbox] = paths.map((name) =>
    join(dir, name),
  ) as [string, string, string, string, string, string, string, string];
  const { logKey } = await replayWhole(recorded, data, join(dir, "alarms.csv"));
  await replayWhole(recorded, foreign, join(dir, "alarms-foreign.csv"));
  cpSync(data, older, { recursive: true });
  writeFileSync(anchor, await grown(data, logKey));
  cpSync(data, join(dir, "running"), { recursive: true });
  writeFileSync(crashedAnchor, await crash(join(dir, "running"), crashed));
  const proofs = await writeProofs(data, join(dir, "proofs"));
  await exportRange(data, 0, 60, bundle);
  await fillOutbox(outbox, readFileSync(anchor, "utf8"));
  return { dir, recorded, logKey, data, anchor, older, crashed, crashedAnchor, foreign, bundle, proofs, outbox };
}

/** Newer entries and refused frames on the shelf. Answers the newest checkpoint. */
async function grown(data: string, seedText: string): Promise<string> {
  const chance = seededChance(seedText.length);
  const log = await openLog({ dir: data, clock: new ManualClock(LATER_MS) });
  for (let i = 0; i < QUARANTINED; i++) log.quarantine("device:plc1", "FRAME_FORK", chance.bytes(200));
  await log.appendAll({ drafts: modes() });
  const checkpoint = log.checkpoint();
  await log.stop();
  return checkpoint;
}

/** Copied while it is open: nothing of the newest entries is in log.db yet. */
async function crash(running: string, to: string): Promise<string> {
  const log = await openLog({ dir: running, clock: new ManualClock(LATER_MS) });
  await log.appendAll({ drafts: modes() });
  const checkpoint = log.checkpoint();
  cpSync(running, to, { recursive: true });
  await log.stop();
  return checkpoint;
}

const modes = () =>
  Array.from(
    { length: APPENDED },
    (_, n) => ({ kind: "mode", facts: { mode: "normal", n }, body: Buffer.from(`shift ${n}`) }) as const,
  );

async function writeProofs(data: string, dir: string): Promise<string[]> {
  const log = await openLog({ dir: data, clock: new ManualClock(LATER_MS) });
  mkdirSync(dir);
  const stride = Math.floor(log.size() / PROOFS);
  const paths = Array.from({ length: PROOFS }, (_, i) => {
    const path = join(dir, `${i}.tlog-proof`);
    writeFileSync(path, log.proof(i * stride));
    return path;
  });
  await log.stop();
  return paths;
}

async function fillOutbox(dir: string, checkpoint: string): Promise<void> {
  const chance = seededChance(11);
  const outbox = Outbox.open(dir);
  const table = encodeSignalTable("plc1", [["L_2", "m"]]);
  const signer = signerFromSeed(chance.bytes(32));
  const frames = new FrameSigner({ signer, device: "plc1", site: "net1", table, chain: outbox.startBoot() });
  for (let i = 0; i < OUTBOX_FRAMES; i++)
    outbox.put(frames.sign(blockOf([{ signal: "L_2", timeMs: LATER_MS + i, value: 40, quality: 0 }])));
  outbox.keepCheckpoint(checkpoint);
  outbox.free(0);
  await outbox.flush();
  await outbox.close();
}
