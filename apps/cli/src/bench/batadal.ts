/**
 * `twinward bench batadal`: trained on the clean year, judged on the attacked half year, by the official score.
 *
 * The data has no stated licence, so it is read from a folder `shared` beside the clone and never copied.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { detect } from "../commands/detect.ts";
import type { ExitCode } from "../exit.ts";
import { goal, printGoals } from "./figures.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const SHARED = join(ROOT, "..", "shared");

interface OfficialScore {
  readonly S: number;
  readonly F1: number;
  readonly falseAlarmEpisodes: number;
  readonly detected: number;
  readonly attacks: number;
  readonly localised: number;
  readonly delayRows: readonly (number | null)[];
}

export async function benchBatadal(): Promise<ExitCode> {
  const data = join(SHARED, "data/batadal");
  if (!existsSync(data)) {
    console.error(`not run: BATADAL data is missing (looked in ${data}); its licence keeps it out of this repository`);
    return 2;
  }
  const dir = await mkdtemp(join(tmpdir(), "twinward-batadal-"));
  try {
    const startMs = performance.now();
    const out = join(dir, "alarms.csv");
    await detect({
      site: join(ROOT, "sites/c-town"),
      train: [join(data, "dataset03.csv")],
      input: join(data, "dataset04_full_labels.csv"),
      out,
    });
    const seconds = (performance.now() - startMs) / 1000;
    return report(scoreOf(data, out), seconds);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function scoreOf(data: string, alarms: string): OfficialScore {
  const scorer = [
    join(SHARED, "score/batadal.mjs"),
    join(data, "dataset04_full_labels.csv"),
    alarms,
    join(data, "attacks_dataset04.json"),
  ];
  const { stdout, stderr, status } = spawnSync(process.execPath, scorer, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the scorer failed: ${stderr}`);
  return JSON.parse(stdout) as OfficialScore;
}

function report(score: OfficialScore, seconds: number): ExitCode {
  const goals = [
    goal("S (published best: 0.970)", score.S, "at least", 0.95),
    goal("F1", score.F1, "at least", 0.8),
    goal("false-alarm episodes in half a year", score.falseAlarmEpisodes, "at most", 10),
    goal("attacks found of 7", score.detected, "at least", 7),
  ];
  printGoals(goals);
  console.log(
    `targets among the first five suspects: ${score.localised} of ${score.attacks}; trained and judged in ${seconds.toFixed(0)} s`,
  );
  console.log(JSON.stringify({ bench: "batadal", ...score, seconds, goals }));
  return goals.every(({ met }) => met) ? 0 : 1;
}
