/** `twinward bench NAME`: benchmarks, figures as one JSON object last. */
import { UsageError } from "@twinward/kernel";
import type { BenchWords } from "../bench/bench-words.ts";
import type { ExitCode } from "../exit.ts";

const BENCHES: Readonly<Record<string, () => Promise<(words: BenchWords) => Promise<ExitCode>>>> = {
  ingest: async () => (await import("../bench/ingest.ts")).benchIngest,
  mismatch: async () => (await import("../bench/mismatch.ts")).benchMismatch,
  batadal: async () => (await import("../bench/batadal.ts")).benchBatadal,
};

export async function bench(name: string, words: BenchWords): Promise<ExitCode> {
  const load = BENCHES[name];
  if (load === undefined) throw new UsageError(`no bench ${name}: take one of ${Object.keys(BENCHES).join(", ")}`);
  if (!(Number(words.rounds) >= 1)) throw new UsageError(`--rounds ${words.rounds} is not a number of at least 1`);
  if (!(Number(words.minutes) >= 0)) throw new UsageError(`--minutes ${words.minutes} is not a number of at least 0`);
  return (await load())(words);
}
