/**
 * A short recorded run of the trial's site: rows from the simulated plant with one sensor that lies, a trained model, and
 * the data folder that `replay` makes of them. Kills of replay and tampering start from here.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { saveModel, type TimedValues, train } from "@twinward/detection";
import { TwinwardError } from "@twinward/kernel";
import { csvHeader, csvLine, labSiteOf, simulate } from "@twinward/lab";
import { siteFrom } from "../../site-folder.ts";
import { TRIAL_SITE } from "../field/trial-plant.ts";
import { startOwn } from "../own-command.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 5);
const TRAINING_DAYS = 14;
const MISMATCH = 0.05;
/** The lie begins on the second day and lasts twelve hours. */
const LIE_FROM_MS = START_MS + 1.25 * DAY_MS;
const LIE_MS = 0.5 * DAY_MS;

export interface RecordedSite {
  readonly site: string;
  readonly model: string;
  readonly input: string;
  readonly rows: number;
}

/** Writes `model.json` and `input.csv` into `dir`. */
export async function recordSite(dir: string, seed: number, days: number): Promise<RecordedSite> {
  const site = await siteFrom(TRIAL_SITE);
  const lab = labSiteOf(site);
  const plant = { site: lab, seed, mismatch: MISMATCH };
  const clean: TimedValues[] = [];
  const training = { ...plant, startMs: START_MS - TRAINING_DAYS * DAY_MS, endMs: START_MS };
  for await (const { timeMs, reported } of simulate(training)) clean.push({ timeMs, values: reported });
  const model = join(dir, "model.json");
  writeFileSync(model, saveModel(await train(site, () => clean, { progress: () => {} })));
  const signal = site.signals.find((one) => one.kind === "level")?.id ?? "";
  const shape = { kind: "offset", size: 3 } as const;
  const lie = {
    kind: "lie",
    signal,
    shape,
    scope: "scada",
    startMs: LIE_FROM_MS,
    endMs: LIE_FROM_MS + LIE_MS,
  } as const;
  const lines = [csvHeader(lab, false)];
  const run = { ...plant, startMs: START_MS, endMs: START_MS + days * DAY_MS, events: [lie] };
  for await (const step of simulate(run))
    lines.push(csvLine(lab, { ...step, label: 0, scenarios: [] }, step.reported, false));
  const input = join(dir, "input.csv");
  writeFileSync(input, `${lines.join("\n")}\n`);
  return { site: TRIAL_SITE, model, input, rows: lines.length - 1 };
}

export interface ReplayDone {
  readonly logKey: string;
  readonly checkpoint: string;
  readonly entries: number;
  readonly incidents: number;
}

export function replayWords({ site, model, input }: RecordedSite, dataDir: string, alarms: string): string[] {
  return [
    "replay",
    "--site",
    site,
    "--model",
    model,
    "--input",
    input,
    "--data",
    dataDir,
    "--alarms",
    alarms,
    "--json",
  ];
}

/** Runs `replay` to its end. Throws TRIAL_REPLAY with what it printed. */
export async function replayWhole(recorded: RecordedSite, dataDir: string, alarms: string): Promise<ReplayDone> {
  const command = startOwn(replayWords(recorded, dataDir, alarms));
  const code = await command.ended;
  return replayReport(command.output(), code);
}

export function replayReport(output: string, code: number | string): ReplayDone {
  const json = output.split("\n").find((line) => line.startsWith("{"));
  if (code !== 0 || json === undefined) throw new TwinwardError("TRIAL_REPLAY", `replay ended (${code}): ${output}`);
  return JSON.parse(json) as ReplayDone;
}
