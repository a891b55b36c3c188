/** `evidence verify --recompute`: judges a verified log again with the site and model it holds, and compares. */
import { createJudge, loadModel, modelDigest, recompute } from "@twinward/detection";
import type { LogReader, Problem } from "@twinward/evidence";
import { isRefusal } from "@twinward/kernel";
import { codeDigest, IncidentsAndTwin, siteInLog } from "@twinward/server";

const CODE = "RECOMPUTE_DIFFERS";

export interface Recomputed {
  readonly compared: number;
  readonly problems: readonly Problem[];
}

export async function recomputeLog(log: LogReader): Promise<Recomputed> {
  const site = siteInLog(log);
  const modelEntry = log.entries(0, log.size(), ["model"]).at(-1);
  const modelBytes = modelEntry === undefined ? undefined : log.body(modelEntry.index);
  if (isRefusal(site) || !(modelBytes instanceof Uint8Array))
    return nothing("site and model", "the log holds no site or model to judge with");
  const model = loadModel(site, modelBytes);
  if (isRefusal(model)) return nothing(`entry ${modelEntry?.index}`, model.detail);
  const judge = await createJudge(site, model);
  const by = { code: codeDigest(), model: modelDigest(model) };
  const downstream = new IncidentsAndTwin(site);
  const { compared, mismatches } = recompute({ reader: log, site, judge, ...by, downstream });
  const problems = mismatches.map(({ entry, reason, detail }) => problem(`entry ${entry}`, `${reason}: ${detail}`));
  return { compared, problems };
}

const nothing = (where: string, detail: string): Recomputed => ({ compared: 0, problems: [problem(where, detail)] });

const problem = (where: string, detail: string): Problem => ({ code: CODE, where, detail });
