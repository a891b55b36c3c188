/** T11, the coarse half: whole structures of the data folder, proofs spliced and rebuilt, bundles cut and doubled. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Chance, seededChance } from "@twinward/kernel";
import { Misses, type Outcome, type TrialOrder } from "./outcome.ts";
import { type Evidence, makeEvidence } from "./tampering/evidence-folder.ts";
import { proofJudge, verifyNames } from "./tampering/judges.ts";
import { bundleForgeries, proofForgeries } from "./tampering/record-texts.ts";
import { STRUCTURAL } from "./tampering/structural.ts";

/** `count` rounds over every structure, each round at other places. */
export async function tamperStructures({ seed, count, dir, say }: TrialOrder): Promise<Outcome> {
  const chance = seededChance(seed);
  const misses = new Misses();
  const evidence = await makeEvidence(dir, seed);
  const kinds: Record<string, Record<string, string>> = {};
  let tried = 0;
  const told = (kind: string, what: string, found: string | undefined) => {
    tried += 1;
    kinds[kind] = { ...kinds[kind], [what]: found ?? "NOT NAMED" };
    if (found === undefined) misses.add(`seed ${seed}: ${kind}: ${what}: nobody noticed`);
  };
  for (let round = 0; round < count; round++) {
    for (const [kind, structures] of Object.entries(STRUCTURAL)) {
      say(`round ${round + 1} of ${count}: ${kind}`);
      for (const what of Object.keys(structures)) told(kind, what, await onFolder(evidence, kind, what, chance));
    }
    await onProofs(evidence, chance, told);
    await onBundle(evidence, chance, told);
  }
  return misses.outcome({ tried, kinds });
}

async function onFolder(evidence: Evidence, kind: string, what: string, chance: Chance): Promise<string | undefined> {
  const { dir, logKey, anchor, older, foreign } = evidence;
  const data = join(dir, "tampered");
  rmSync(data, { recursive: true, force: true });
  cpSync(evidence.data, data, { recursive: true });
  await STRUCTURAL[kind]?.[what]?.({ data, older, foreign, chance });
  return named(data, logKey, anchor);
}

type Told = (kind: string, what: string, found: string | undefined) => void;

async function onProofs({ dir, proofs, logKey, foreign }: Evidence, chance: Chance, told: Told): Promise<void> {
  const path = join(dir, "forged.tlog-proof");
  const texts = proofs.map((proof) => readFileSync(proof, "utf8"));
  const foreignHead = readFileSync(join(foreign, "checkpoint"), "utf8");
  for (const [what, text] of Object.entries(proofForgeries(texts, foreignHead, chance))) {
    writeFileSync(path, text);
    told("proofs", what, await proofJudge(path, logKey)());
  }
}

async function onBundle({ dir, bundle, logKey, anchor }: Evidence, chance: Chance, told: Told): Promise<void> {
  const path = join(dir, "forged.bundle");
  for (const [what, bytes] of Object.entries(bundleForgeries(readFileSync(bundle), chance))) {
    writeFileSync(path, bytes);
    told("exported bundle", what, await named(path, logKey, anchor));
  }
}

/** A verifier that throws has not named anything. */
async function named(path: string, logKey: string, anchor: string): Promise<string | undefined> {
  try {
    return await verifyNames(path, logKey, anchor);
  } catch (error) {
    return (error as { code?: unknown }).code === "USAGE" ? "no evidence at all" : undefined;
  }
}
