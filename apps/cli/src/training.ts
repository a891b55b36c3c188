/** Training from recorded files, for `train` and for `detect --train`. */
import { type LabelledRow, type Model, type TimedValues, train } from "@twinward/detection";
import { openCsv, type Site } from "@twinward/plant";
import { progressOn } from "./progress.ts";

export interface TrainingFiles {
  readonly clean: readonly string[];
  readonly labelled?: string;
}

export async function trainFromFiles(site: Site, files: TrainingFiles): Promise<Model> {
  const progress = progressOn(process.stderr, Date.now);
  const labelled = files.labelled;
  const model = await train(site, () => cleanRows(site, files.clean), {
    progress: (share) => progress.at(Math.round(100 * share), 100, "% of the training"),
    ...(labelled === undefined ? {} : { labelled: () => labelledRows(site, labelled) }),
  });
  progress.end();
  return model;
}

async function* cleanRows(site: Site, paths: readonly string[]): AsyncGenerator<TimedValues> {
  for (const path of paths) {
    const table = await openCsv(site, path);
    for await (const { timeMs, values } of table.rows) yield { timeMs, values };
  }
}

async function* labelledRows(site: Site, path: string): AsyncGenerator<LabelledRow> {
  const table = await openCsv(site, path, { labelled: true });
  for await (const { timeMs, values, label } of table.rows) yield { timeMs, values, label: label ?? -999 };
}
