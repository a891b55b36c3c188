/**
 * Detection on the simulated plant: train on clean days of a seed's plant, judge all scenarios on the same plant.
 *
 *   node --conditions=source bench/lab-detection.ts [--seed N] [--period SECONDS] [--train DAYS] [--mismatch 0.1]
 *     [--clean DAYS] [--scenario NAME …] [--no-physics] [--rows]
 *
 * Prints per scenario what was named, when and with which verdict, then one JSON line of figures.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createJudge, type Judgement, type Model, saveModel, train } from "@twinward/detection";
import { demoPlan, generateRows, labSiteOf, type PlacedScenario, type Row, SCENARIOS } from "@twinward/lab";
import { loadSite, type Site } from "@twinward/plant";

const HOUR_MS = 3_600_000;
/** Attacks on the wire never reach a judge that reads rows. */
const WIRE = ["reorder", "hold-back", "replay-frames", "drop", "stolen-key"];
const option = (name: string) => process.argv.includes(name);
const optionValue = (name: string, otherwise: string) =>
  option(name) ? (process.argv[process.argv.indexOf(name) + 1] ?? otherwise) : otherwise;
const optionValues = (name: string) => process.argv.flatMap((word, i) => (word === name ? [process.argv[i + 1]!] : []));

const site = siteFor();
const seed = Number(optionValue("--seed", "1"));
const samplePeriodMs = Number(optionValue("--period", "900")) * 1000;
const mismatch = Number(optionValue("--mismatch", "0.1"));
const trainDays = Number(optionValue("--train", "60"));
const cleanDays = Number(optionValue("--clean", "10"));
const startMs = Date.UTC(2026, 0, 5);
const testMs = startMs + (trainDays + 1) * 24 * HOUR_MS;
const lab = labSiteOf(
  site.behaviour.kind === "epanet" ? site : (loadSite(new URL("../sites/c-town", import.meta.url).pathname) as Site),
);

const common = { site: lab, seed, mismatch, samplePeriodMs };
let now = performance.now();
const lap = () => {
  const seconds = (performance.now() - now) / 1000;
  now = performance.now();
  return Math.round(seconds * 10) / 10;
};
const clean = await rowsOf({ ...common, startMs, endMs: startMs + trainDays * 24 * HOUR_MS });
const generatedSeconds = lap();
const model = await modelFor();
const trainedSeconds = lap();
const wanted = optionValues("--scenario");
const plan = demoPlan({
  site: lab,
  seed,
  startMs: testMs,
  leadHours: cleanDays * 24,
  scenarios:
    wanted.length > 0
      ? wanted
      : SCENARIOS.filter((s) => s.signature === "valid" && !WIRE.includes(s.name)).map((s) => s.name),
});
const endMs = Math.max(testMs + cleanDays * 24 * HOUR_MS, ...plan.map((placed) => placed.endMs + 36 * HOUR_MS));
const rows = await rowsOf({ ...common, startMs: testMs, endMs, plan });
lap();
const judge = await createJudge(site, model, { notices: plan.flatMap((placed) => placed.notices) });
const judged = rows.map((row) => judge.step({ timeMs: row.timeMs, values: row.reported, entries: [] }));
const judgedSeconds = lap();
report();

function report(): void {
  const figures = { attacks: 0, named: 0, everFirst: 0, nonAttacks: 0, accused: 0 };
  for (const placed of plan) printScenario(placed, figures);
  const quiet = rows
    .map((row, i) => ({ row, judgement: judged[i]! }))
    .filter(({ row }) => plan.every((p) => row.timeMs < p.startMs || row.timeMs >= p.endMs + 24 * HOUR_MS));
  const falseStarts = quiet.filter(({ judgement }) => judgement.alarm && judgement.sinceMs === judgement.timeMs);
  for (const { judgement } of falseStarts) console.log("false", when(judgement.timeMs), why(judgement));
  const tp = rows.filter((row, i) => row.label === 1 && judged[i]!.alarm).length;
  const positives = rows.filter((row) => row.label === 1).length;
  const quietAlarms = quiet.filter(({ judgement }) => judgement.alarm).length;
  if (option("--rows"))
    for (const [i, row] of rows.entries())
      console.log(
        when(row.timeMs),
        row.label,
        row.scenarios.join(","),
        judged[i]!.alarm ? "ALARM" : "-",
        judged[i]!.score.toFixed(2),
        judged[i]!.verdict,
        why(judged[i]!),
      );
  const quietDays = (quiet.length * samplePeriodMs) / (24 * HOUR_MS);
  console.log(
    JSON.stringify({
      seed,
      ...figures,
      falseEpisodes: falseStarts.length,
      quietDays,
      quietAlarms,
      recall: tp / positives,
      F1: (2 * tp) / (tp + positives + quietAlarms),
      ...estimateErrors(),
      generatedSeconds,
      trainedSeconds,
      judgedSeconds,
      rows: rows.length,
    }),
  );
}

function printScenario(
  placed: PlacedScenario,
  figures: { attacks: number; named: number; everFirst: number; nonAttacks: number; accused: number },
): void {
  const during = judged.filter((j) => j.timeMs >= placed.startMs && j.timeMs < placed.endMs + 24 * HOUR_MS);
  const effect = rows.find(
    (row) => row.scenarios.includes(placed.name) && row.timeMs >= placed.startMs && row.timeMs < placed.endMs,
  );
  const alarms = during.filter((j) => j.alarm && j.timeMs < placed.endMs);
  const first = alarms[0];
  const isTarget = (j: Judgement) =>
    placed.targets.some((target) => elementOf(target) === elementOf(j.suspects[0]?.signal ?? ""));
  const namedAt = alarms.find(isTarget);
  const hours = (timeMs: number | undefined) =>
    timeMs === undefined ? "-" : ((timeMs - placed.startMs) / HOUR_MS).toFixed(2);
  const named = namedAt !== undefined && namedAt.timeMs - placed.startMs <= placed.limitHours * HOUR_MS;
  if (placed.kind === "attack") {
    figures.attacks++;
    if (named) figures.everFirst++;
    if (named && first && isTarget(first)) figures.named++;
  } else {
    figures.nonAttacks++;
    if (during.some((j) => j.verdict === "attack")) figures.accused++;
  }
  const verdicts = [...new Set(alarms.map((j) => j.verdict))].join("/");
  console.log(
    `${placed.kind === "attack" ? (named ? "ok  " : "MISS") : during.some((j) => j.verdict === "attack") ? "ACCU" : "ok  "} ${placed.name} ${placed.targets} effect ${hours(effect?.timeMs)} alarm ${hours(first?.timeMs)} named ${hours(namedAt?.timeMs)} of ${placed.limitHours} h, alarmed ${alarms.length}/${during.filter((j) => j.timeMs < placed.endMs).length} ${verdicts} | ${first ? why(first) : ""}`,
  );
}

/** Error of the substituted value, in shares of the signals' ranges, and calibration of trust. */
function estimateErrors() {
  let count = 0,
    sum = 0,
    worst = 0,
    worstOf = "";
  const wrong = new Map<string, number>();
  const bins = Array.from({ length: 5 }, () => ({ stated: 0, right: 0, count: 0 }));
  rows.forEach((row, i) => {
    for (const signal of site.signals) {
      const j = judged[i]!;
      const truth = row.truth[signal.number]!;
      const trust = j.trust[signal.number]!;
      if (!Number.isNaN(trust)) {
        const bin = bins[Math.min(4, Math.floor(trust * 5))]!;
        bin.count++;
        bin.stated += trust;
        if (trust < 0.2 && Math.abs(row.reported[signal.number]! - truth) <= signal.accuracy)
          wrong.set(signal.id, (wrong.get(signal.id) ?? 0) + 1);
        bin.right += Math.abs(row.reported[signal.number]! - truth) <= signal.accuracy ? 1 : 0;
      }
      if (!j.substituted.includes(signal.number)) continue;
      const error = Math.abs(j.estimates[signal.number]! - truth) / (signal.maximum - signal.minimum);
      count++;
      sum += error;
      if (error > worst)
        [worst, worstOf] = [error, `${signal.id} ${j.estimates[signal.number]} for ${truth} at ${when(row.timeMs)}`];
    }
  });
  const calibration = bins.map((bin) =>
    bin.count === 0
      ? "-"
      : `${(bin.stated / bin.count).toFixed(2)}→${(bin.right / bin.count).toFixed(2)} (${bin.count})`,
  );
  return {
    substituted: count,
    meanError: sum / Math.max(1, count),
    worstError: worst,
    worstOf,
    calibration,
    wronglyDistrusted: [...wrong]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 8)
      .join(" "),
  };
}

function why(j: Judgement): string {
  const causes = j.causes.slice(0, 3).map((cause) => `${cause.check} ${cause.signal} ${cause.deviation.toFixed(2)}`);
  return `${j.suspects.slice(0, 3).map((s) => s.signal)} | ${causes.join("; ")}`;
}

function when(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(5, 16);
}

function elementOf(name: string): string {
  return name.replace(/^[LFSP]_/, "");
}

async function rowsOf(options: Parameters<typeof generateRows>[0]): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of generateRows(options)) all.push(row);
  return all;
}

/** `--model FILE` keeps the trained model between runs of the same seed and plant. */
async function modelFor(): Promise<Model> {
  const path = optionValue("--model", "");
  if (path !== "" && existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Model;
  const trained = await train(site, () => clean.map((row) => ({ timeMs: row.timeMs, values: row.reported })));
  if (path !== "") writeFileSync(path, saveModel(trained));
  return trained;
}

function siteFor(): Site {
  const loaded = loadSite(new URL("../sites/c-town", import.meta.url).pathname);
  if (Array.isArray(loaded)) throw new Error(JSON.stringify(loaded.slice(0, 3)));
  return option("--no-physics") ? { ...loaded, behaviour: { kind: "none" } } : loaded;
}
