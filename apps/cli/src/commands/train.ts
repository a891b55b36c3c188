/** `twinward train`: fits the judge on clean data and freezes it. */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { modelDigest, saveModel } from "@twinward/detection";
import { writeDurably } from "@twinward/store";
import type { ExitCode } from "../exit.ts";
import { siteFrom } from "../site-folder.ts";
import { trainFromFiles } from "../training.ts";

interface Options {
  readonly site: string;
  readonly input: readonly string[];
  readonly labelled?: string;
  readonly out: string;
}

const PUBLIC_MODE = 0o644;

export async function train(options: Options): Promise<ExitCode> {
  const site = await siteFrom(options.site);
  const { input, labelled, out } = options;
  // Before the minutes of training, not after them.
  await mkdir(dirname(out), { recursive: true });
  const model = await trainFromFiles(site, labelled === undefined ? { clean: input } : { clean: input, labelled });
  writeDurably(out, saveModel(model), PUBLIC_MODE);
  console.log(`${out}: model ${modelDigest(model)}`);
  return 0;
}
