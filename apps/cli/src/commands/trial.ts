/** `twinward trial`: kills, power cuts, tampering, malformed input and forgeries; figures as one JSON object last. */
import { UsageError } from "@twinward/kernel";
import type { ExitCode } from "../exit.ts";
import { runTrial, type Shard } from "../trial/trial-run.ts";
import { TRIAL_TESTS } from "../trial/trial-table.ts";
import { PROFILES, type Profile } from "../trial/trial-test.ts";

interface Words {
  readonly profile: string;
  readonly seed: string;
  readonly shard?: string;
  readonly out?: string;
}

/** Exit code 1 when any promise did not hold. */
export async function trial(words: Words): Promise<ExitCode> {
  const { profile, seed, shard, out } = words;
  if (!isProfile(profile)) throw new UsageError(`--profile ${profile} is none of ${PROFILES.join(", ")}`);
  if (!/^\d{1,9}$/.test(seed)) throw new UsageError(`--seed ${seed} is no number`);
  const order = { profile, seed: Number(seed), shard: shardOf(shard), out };
  return (await runTrial(TRIAL_TESTS, order)) ? 0 : 1;
}

const isProfile = (word: string): word is Profile => (PROFILES as readonly string[]).includes(word);

function shardOf(words: string | undefined): Shard {
  if (words === undefined) return { k: 1, n: 1 };
  const [k = 0, n = 0] = (/^(\d{1,3})\/(\d{1,3})$/.exec(words)?.slice(1) ?? []).map(Number);
  if (k < 1 || k > n)
    throw new UsageError(`--shard ${words} is not k/n`, { remedy: "E.g. --shard 1/4 to --shard 4/4." });
  return { k, n };
}
