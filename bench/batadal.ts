/**
 * BATADAL on the bench: train on the clean year, judge dataset04 row by row, print the official figures.
 *
 *   node --conditions=source bench/batadal.ts [--no-physics] [--model FILE] [--rows]
 *
 * Reads ../shared beside the checkout; labels are read only by the scorer, after judging.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createJudge, type Judgement, loadModel, type Model, modelDigest, saveModel, train } from "@twinward/detection";
import { isRefusal } from "@twinward/kernel";
import { loadSite, openCsv, type Site } from "@twinward/plant";

const shared = new URL("../../shared/", import.meta.url);
const option = (name: string) => process.argv.includes(name);
const optionValue = (name: string) => (option(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const scorer = (await import(new URL("score/batadal.mjs", shared).href)) as {
  score(truth: number[], alarms: number[]): Record<string, unknown>;
  localised(
    truth: number[],
    suspects: string[][],
    attacks: unknown,
  ): { top: string[]; targets: string[]; hit: boolean }[];
};

const site = siteFor();
const started = performance.now();
const model = await modelFor(site);
const trainedSeconds = (performance.now() - started) / 1000;
const judgements: Judgement[] = [];
const truth: number[] = [];
const judge = await createJudge(site, model);
const judgedFrom = performance.now();
for await (const row of (await openCsv(site, pathOf("dataset04_full_labels.csv"), { labelled: true })).rows) {
  truth.push(row.label === 1 ? 1 : 0);
  judgements.push(judge.step({ timeMs: row.timeMs, values: row.values, entries: [] }));
}
const judgedSeconds = (performance.now() - judgedFrom) / 1000;
report();

function report(): void {
  const alarms = judgements.map((judgement) => (judgement.alarm ? 1 : 0));
  const suspects = judgements.map((judgement) => judgement.suspects.map((suspect) => suspect.signal));
  const attacks = JSON.parse(readFileSync(pathOf("attacks_dataset04.json"), "utf8")) as unknown;
  const found = scorer.localised(truth, suspects, attacks);
  for (const [i, attack] of found.entries())
    console.log(`attack ${i + 1}: ${attack.hit ? "named" : "MISSED"} ${attack.targets} in ${attack.top}`);
  printEpisodes(alarms);
  if (option("--rows"))
    for (const [i, j] of judgements.entries())
      console.log(
        i,
        truth[i],
        alarms[i],
        j.score.toFixed(2),
        j.verdict,
        suspects[i]!.slice(0, 4).join(";"),
        j.causes
          .slice(0, 3)
          .map((c) => `${c.check}:${c.signal}:${c.deviation.toFixed(2)}`)
          .join(" "),
      );
  console.log(
    JSON.stringify({
      ...scorer.score(truth, alarms),
      localised: found.filter((attack) => attack.hit).length,
      trainedSeconds,
      judgedSeconds,
      model: modelDigest(model),
    }),
  );
}

/** Every alarm outside the attacks, with its reason: the work that is left. */
function printEpisodes(alarms: readonly number[]): void {
  for (let row = 0; row < alarms.length; row++) {
    if (alarms[row] !== 1 || alarms[row - 1] === 1) continue;
    let end = row;
    while (alarms[end + 1] === 1) end++;
    const { causes, suspects } = judgements[row]!;
    const why = causes.slice(0, 3).map((cause) => `${cause.check} ${cause.signal} ${cause.deviation.toFixed(2)}`);
    const verdicts = [...new Set(judgements.slice(row, end + 1).map((judgement) => judgement.verdict))];
    const hits = truth.slice(row, end + 1).filter((label) => label === 1).length;
    console.log(
      `alarm ${row}-${end} (${hits} attack rows) ${verdicts} | ${suspects.slice(0, 3).map((s) => s.signal)} | ${why.join("; ")}`,
    );
  }
}

async function modelFor(forSite: Site): Promise<Model> {
  const path = optionValue("--model");
  if (path && existsSync(path)) {
    const loaded = loadModel(forSite, readFileSync(path));
    if (isRefusal(loaded)) throw new Error(loaded.detail);
    return loaded;
  }
  const clean = async function* () {
    for await (const row of (await openCsv(forSite, pathOf("dataset03.csv"))).rows) yield row;
  };
  const trained = await train(forSite, clean);
  if (path) writeFileSync(path, saveModel(trained));
  return trained;
}

function siteFor(): Site {
  const loaded = loadSite(new URL("../sites/c-town", import.meta.url).pathname);
  if (Array.isArray(loaded)) throw new Error(JSON.stringify(loaded.slice(0, 3)));
  return option("--no-physics") ? { ...loaded, behaviour: { kind: "none" } } : loaded;
}

function pathOf(file: string): string {
  return new URL(`data/batadal/${file}`, shared).pathname;
}
