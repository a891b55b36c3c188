/**
 * T11: tampering with stored bytes. Single bits of every stored kind, values of every table, and whole structures; each is
 * named against the outside anchor, or shown to be without meaning by an equal logical dump and counted apart.
 */
import { seededChance } from "@twinward/kernel";
import { Misses, type Outcome, type TrialOrder } from "./outcome.ts";
import { makeEvidence } from "./tampering/evidence-folder.ts";
import { flipKinds } from "./tampering/flip-kinds.ts";
import { type FlipFigures, flipBits } from "./tampering/flips.ts";
import { verifyNames } from "./tampering/judges.ts";
import { tableKinds, tamperRows } from "./tampering/table-values.ts";

export async function flipStored({ seed, count, dir, say }: TrialOrder): Promise<Outcome> {
  const chance = seededChance(seed);
  const misses = new Misses();
  const evidence = await makeEvidence(dir, seed);
  const untouched = await verifyNames(evidence.data, evidence.logKey, evidence.anchor);
  if (untouched !== undefined) misses.add(`the untouched folder does not verify: ${untouched}`);
  const crashed = await verifyNames(evidence.crashed, evidence.logKey, evidence.crashedAnchor);
  if (crashed !== undefined) misses.add(`the folder a crash left does not verify: ${crashed}`);
  const kinds: Record<string, { [Name in keyof FlipFigures]: FlipFigures[Name] }> = {};
  const told = (text: string) => misses.add(`seed ${seed}: ${text}`);
  for (const kind of flipKinds(evidence)) {
    say(`${kind.name}`);
    kinds[kind.name] = await flipBits(kind, count, chance, told);
  }
  for (const table of tableKinds(evidence)) {
    say(`table ${table.name}`);
    kinds[`table ${table.name}`] = await tamperRows(evidence, table, count, chance, told);
  }
  return misses.outcome({ kinds: kinds as Record<string, { flips: number }> });
}
