/**
 * T3: kill -9 at random times under load. Mostly the server, sometimes the devices, sometimes both, sometimes a server
 * that is just starting; after each the checker outside asks I1 to I3, and in the end I4 with an older copy.
 */
import { join } from "node:path";
import { verifyLog } from "@twinward/evidence";
import { type Chance, seededChance } from "@twinward/kernel";
import { TrialPlant } from "./field/trial-plant.ts";
import { Misses, type Outcome, type TrialOrder } from "./outcome.ts";
import { pause } from "./own-command.ts";

const LOAD_MS_MAX = 1_000;
const STARTING_MS_MAX = 1_200;

type Victim = "server" | "devices" | "both" | "starting server";

export async function killUnderLoad({ seed, count, dir, say }: TrialOrder): Promise<Outcome> {
  const chance = seededChance(seed);
  const misses = new Misses();
  const plant = await TrialPlant.open({ dir: join(dir, "field"), dataDir: join(dir, "data"), seed });
  const kills: Record<Victim, number> = { server: 0, devices: 0, both: 0, "starting server": 0 };
  let readyMsMax = 0;
  try {
    plant.startField();
    for (let kill = 1; kill <= count; kill++) {
      const victim = victimOf(chance, kill);
      kills[victim] += 1;
      readyMsMax = Math.max(readyMsMax, await killOnce(plant, victim, chance));
      if (kill === Math.ceil(count / 2)) await copyAtRest(plant, join(dir, "older"));
      misses.add(...plant.check().map((miss) => `kill ${kill} (${victim}, seed ${seed}): ${miss}`));
      say(`kill ${kill} of ${count}: ${victim}, ${plant.checker.figures.proofsGiven} proofs kept`);
    }
    if (!(await plant.drain())) misses.add("the devices could not deliver what they had signed");
    misses.add(...plant.check());
    await plant.stopServer();
    misses.add(...(await atTheEnd(plant, join(dir, "older"))));
  } finally {
    await plant.close();
  }
  if (plant.checker.figures.proofsGiven === 0) misses.add("no proof was given: nothing was tried");
  if (plant.alarms.length > 0) misses.add(`devices raised ${plant.alarms.join(", ")}`);
  const figures = { kills: count, victims: kills, readyMsMax: Math.round(readyMsMax), ...plant.checker.figures };
  return misses.outcome({ ...figures, refusedFrames: Object.fromEntries(plant.refused) });
}

function victimOf(chance: Chance, kill: number): Victim {
  // The first two are fixed, so that even the shortest run kills both sides.
  if (kill <= 2) return kill === 1 ? "server" : "both";
  const drawn = chance.uniform();
  if (drawn < 0.6) return "server";
  if (drawn < 0.75) return "starting server";
  return drawn < 0.9 ? "both" : "devices";
}

/** Answers how long the server took to be up again, milliseconds. */
async function killOnce(plant: TrialPlant, victim: Victim, chance: Chance): Promise<number> {
  await plant.underLoad();
  await pause(chance.uniform() * LOAD_MS_MAX);
  if (victim === "devices" || victim === "both") await plant.killField();
  if (victim !== "devices") await plant.killServer();
  if (victim === "starting server") {
    plant.spawnServer();
    await pause(chance.uniform() * STARTING_MS_MAX);
    await plant.killServer();
  }
  const readyMs = victim === "devices" ? 0 : await plant.startServer();
  if (victim === "devices" || victim === "both") plant.startField();
  return readyMs;
}

async function copyAtRest(plant: TrialPlant, to: string): Promise<void> {
  await plant.killServer();
  plant.copyData(to);
  await plant.startServer();
}

/** The auditor's view of the whole life, and I4. */
async function atTheEnd(plant: TrialPlant, older: string): Promise<string[]> {
  const report = await verifyLog(plant.dataDir, {
    logKeys: [plant.logKey],
    checkpoint: plant.anchor,
    requireAnchor: true,
  });
  const problems = report.problems.map(({ code, where, detail }) => `verify: ${code} ${where}: ${detail}`);
  if (!report.ok && problems.length === 0) problems.push(`verify: ${report.verdict}`);
  return [...problems, ...(await plant.refusesOlder(older))];
}
