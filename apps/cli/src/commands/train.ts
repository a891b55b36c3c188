/** `twinward train`: fits the judge on clean data and freezes it. */
import { writeFile } from "node:fs/promises";
import { modelDigest, saveModel } from "@twinward/detection";
import type { ExitCode } from "../exit.ts";
import { siteFrom } from "../site-folder.ts";
import { trainFromFiles } from "../training.ts";

interface Options {
  readonly site: string;
  readonly input: readonly string[];
  readonly labelled?: string;
  readonly out: string;
}

export async function train(options: Options): Promise<ExitCode> {
  const site = await siteFrom(options.site);
  const { input, labelled } = options;
  const model = await trainFromFiles(site, labelled === undefined ? { clean: input } : { clean: input, labelled });
  await writeFile(options.out, saveModel(model));
  console.log(`${options.out}: model ${modelDigest(model)}`);
  return 0;
}
