/**
 * T4: the power fails under load. The data folder lies on a disk that is shut down without a flush; the devices, their
 * outboxes, the anchor and the checker lie elsewhere. Every proof given has to be there after the restart.
 *
 * The control: the same under `eatmydata`, which swallows every fsync. It has to lose entries it gave proofs for, and the
 * start has to refuse what is left; otherwise this test shows nothing, and fails.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { seededChance } from "@twinward/kernel";
import { TrialPlant } from "./field/trial-plant.ts";
import { Misses, type Outcome, type TrialOrder } from "./outcome.ts";
import { pause } from "./own-command.ts";
import { type FileSystem, LoopDisk, whyNoPowerCuts } from "./power/loop-disk.ts";

const LOAD_MS_MAX = 1_000;
/** The control writes a little longer than the kernel waits, so that it may lose some and keep some. */
const CONTROL_LOAD_MS = 1_500;
const FILE_SYSTEMS: readonly FileSystem[] = ["xfs", "ext4"];

interface Site {
  readonly disk: LoopDisk;
  readonly plant: TrialPlant;
}

export async function cutPower({ seed, count, dir, say }: TrialOrder): Promise<Outcome> {
  const why = whyNoPowerCuts() ?? whyNoMount(dir);
  if (why !== undefined) return new Misses().outcome({ cuts: 0 }, [why]);
  const misses = new Misses();
  const figures: Record<string, number> = {};
  const proofs: Record<string, number> = {};
  for (const [f, fileSystem] of FILE_SYSTEMS.entries()) {
    // The first file system gets the odd one.
    const cuts = Math.floor((count + FILE_SYSTEMS.length - 1 - f) / FILE_SYSTEMS.length);
    if (cuts === 0) continue;
    const order = { seed: seed + f, count: cuts, dir: join(dir, fileSystem), say };
    proofs[fileSystem] = await cutOn(fileSystem, order, misses);
    figures[fileSystem] = cuts;
  }
  const control = await controlLoses({ seed, count: 1, dir: join(dir, "control"), say }, misses);
  const notRun = control === undefined ? ["the control needs eatmydata"] : [];
  return misses.outcome({ cuts: count, cutsOn: figures, proofsGiven: proofs, control: control ?? {} }, notRun);
}

/** Answers how many proofs were held against what was left. */
async function cutOn(fileSystem: FileSystem, { seed, count, dir, say }: TrialOrder, misses: Misses): Promise<number> {
  const chance = seededChance(seed);
  const { disk, plant } = await openSite(dir, fileSystem, seed, []);
  try {
    for (let cut = 1; cut <= count; cut++) {
      await loadFor(plant, chance.uniform() * LOAD_MS_MAX);
      await cutAndRemount({ disk, plant });
      const restartMs = await plant.startServer();
      misses.add(...plant.check().map((miss) => `cut ${cut} on ${fileSystem} (seed ${seed}): ${miss}`));
      say(
        `cut ${cut} of ${count} on ${fileSystem}: ${plant.checker.figures.proofsGiven} proofs kept, up in ${Math.round(restartMs)} ms`,
      );
    }
    if (!(await plant.drain())) misses.add(`${fileSystem}: the devices could not deliver what they had signed`);
    misses.add(...plant.check());
    if (plant.alarms.length > 0) misses.add(`${fileSystem}: devices raised ${plant.alarms.join(", ")}`);
    return plant.checker.figures.proofsGiven;
  } finally {
    await plant.close();
    await disk.unmount();
  }
}

/** Undefined when eatmydata is not installed. */
async function controlLoses({ seed, dir, say }: TrialOrder, misses: Misses) {
  if (spawnSync("sh", ["-c", "command -v eatmydata"]).status !== 0) return undefined;
  const { disk, plant } = await openSite(dir, "xfs", seed, ["eatmydata"]);
  try {
    disk.sync();
    await loadFor(plant, CONTROL_LOAD_MS);
    await cutAndRemount({ disk, plant });
    misses.add(...plant.collect().map((miss) => `control: ${miss}`));
    const given = plant.checker.figures.proofsGiven;
    const database = join(plant.dataDir, "log.db");
    const lost = existsSync(database) ? plant.checker.lost(database) : given;
    say(`control: ${lost} of ${given} proofs lost`);
    if (lost === 0) misses.add(`the control under eatmydata lost none of ${given} proofs: these cuts prove nothing`);
    const refused = await plant.refusesOlder(plant.dataDir);
    misses.add(...refused.map((miss) => `control: what was left after the loss: ${miss}`));
    return { proofsGiven: given, proofsLost: lost, startRefused: refused.length === 0 };
  } finally {
    await plant.close();
    await disk.unmount();
  }
}

async function openSite(dir: string, fileSystem: FileSystem, seed: number, before: readonly string[]): Promise<Site> {
  mkdirSync(dir, { recursive: true });
  const disk = LoopDisk.make(dir, fileSystem);
  try {
    const dataDir = join(disk.mountPoint, "data");
    const plant = await TrialPlant.open({ dir: join(dir, "field"), dataDir, seed, before });
    plant.startField();
    return { disk, plant };
  } catch (error) {
    await disk.unmount();
    throw error;
  }
}

async function loadFor(plant: TrialPlant, ms: number): Promise<void> {
  await plant.underLoad();
  await pause(ms);
}

async function cutAndRemount({ disk, plant }: Site): Promise<void> {
  disk.cutPower();
  await plant.killServer();
  await disk.unmount();
  disk.mount();
}

/** Some containers have root and no loop devices. */
function whyNoMount(dir: string): string | undefined {
  const probe = join(dir, "probe");
  mkdirSync(probe, { recursive: true });
  try {
    void LoopDisk.make(probe, "xfs").unmount();
    return undefined;
  } catch (error) {
    return `power cuts need loop mounts: ${(error as Error).message}`;
  }
}
