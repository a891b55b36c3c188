/** `twinward demo`: a simulated C-Town under attack, guarded live. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { saveModel } from "@twinward/detection";
import { ManualClock, UsageError } from "@twinward/kernel";
import { demoPlan, demoRoundHours, type PlacedScenario } from "@twinward/lab";
import { Runtime } from "@twinward/server";
import { type DemoOptions, type DemoWords, readDemoOptions } from "../demo/demo-options.ts";
import { demoPace } from "../demo/demo-pace.ts";
import { closeDemoPlant, live, openDemoPlant } from "../demo/demo-plant.ts";
import { isPassed, SeenIncidents, summaryOf } from "../demo/demo-score.ts";
import { DEMO_START_MS, type DemoSite, demoSite, trainForDemo } from "../demo/demo-site.ts";
import { type DemoView, jsonLines, liveView, plainLines } from "../demo/demo-view.ts";
import type { ExitCode } from "../exit.ts";
import { WholeFile } from "../whole-file.ts";

const HOUR_MS = 3_600_000;
/** Simulated per wall time when a person watches: two hours a second. */
const WATCHED_SPEED = 7_200;
/** Rows a second that this can be relied on to judge, for planning what fits into `--for`. */
const ROWS_PER_SECOND_PLANNED = 40;
const NO_TIMER = () => ({ stop: () => {} });

export async function demo(words: DemoWords): Promise<ExitCode> {
  const options = readDemoOptions(words);
  const startedMs = performance.now();
  const view = viewOf(options);
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "twinward-demo-")));
  const town = await demoSite();
  view.say("Training the judge on four clean weeks of this plant (about a minute) …");
  const model = await trainForDemo(town, options.seed, () => {});
  const timing = timingOf(options, town.site.samplePeriodMs, performance.now() - startedMs);
  const plan = planOf(options, town, timing.endMs);
  const seen = new SeenIncidents();
  const clock = new ManualClock(DEMO_START_MS);
  const runtime = await Runtime.open({
    site: town.site,
    dataDir,
    timeBase: "simulated",
    clock,
    model: saveModel(model),
    notices: plan.flatMap((scenario) => scenario.notices),
    timer: NO_TIMER,
    onRow: (row) => view.row(row),
    onIncident: (event) => {
      seen.see(event);
      view.incident(event);
    },
  });
  const plant = await openDemoPlant(town, runtime, dataDir, options.seed, plan);
  view.say(
    `The same live at ${plant.server.url}/#credential=${plant.credential.token} (its CA: ${dataDir}/keys/ca.crt)`,
  );
  const deadlineMs = options.forMs === undefined ? undefined : startedMs + options.forMs;
  const pace = demoPace({ speed: timing.speed, endMs: endOf(plan), deadlineMs, plan, nowMs: () => performance.now() });
  const lastMs = await live(plant, runtime, clock, pace);
  await closeDemoPlant(plant);
  await runtime.stop();
  view.end();
  const score = seen.score(plan, lastMs);
  const summary = summaryOf(score, runtime.log, plant.fleet.figures());
  await report(options, dataDir, summary);
  return isPassed(score) ? 0 : 1;
}

function viewOf({ headless }: DemoOptions): DemoView {
  if (headless) return jsonLines((line) => console.log(line));
  return process.stdout.isTTY
    ? liveView(process.stdout, () => performance.now())
    : plainLines((line) => console.log(line));
}

/** How fast, and up to which simulated time there is room for scenarios. */
function timingOf(
  { speed, forMs, headless }: DemoOptions,
  samplePeriodMs: number,
  spentMs: number,
): { speed: number; endMs: number | undefined } {
  const usual = headless ? 0 : WATCHED_SPEED;
  if (forMs === undefined) return { speed: speed ?? usual, endMs: undefined };
  const leftMs = Math.max(0, forMs - spentMs);
  const fastest = (ROWS_PER_SECOND_PLANNED * samplePeriodMs) / 1000;
  const roundSpeed = (demoRoundHours() * HOUR_MS) / Math.max(1, leftMs);
  const chosen =
    speed === undefined || speed === 0 ? Math.min(fastest, Math.max(usual, roundSpeed)) : Math.min(fastest, speed);
  return { speed: speed === 0 ? 0 : chosen, endMs: DEMO_START_MS + chosen * leftMs };
}

function planOf(options: DemoOptions, town: DemoSite, endMs: number | undefined): PlacedScenario[] {
  const { seed, scenarios } = options;
  const plan = demoPlan({
    site: town.lab,
    seed,
    startMs: DEMO_START_MS,
    ...(endMs === undefined ? {} : { endMs }),
    ...(scenarios === undefined ? {} : { scenarios }),
  });
  if (plan.length === 0) throw new UsageError("no scenario fits: give a longer --for or a higher --speed");
  return plan;
}

/** Some quiet hours after the last scenario, so that its incident is complete. */
function endOf(plan: readonly PlacedScenario[]): number {
  return Math.max(...plan.map((scenario) => scenario.endMs)) + 24 * HOUR_MS;
}

async function report(options: DemoOptions, dataDir: string, summary: ReturnType<typeof summaryOf>): Promise<void> {
  if (options.headless) {
    console.log(JSON.stringify({ summary }));
    return;
  }
  const anchor = `${dataDir}.checkpoint`;
  const file = await WholeFile.at(anchor);
  for (const line of summary.checkpoint.trimEnd().split("\n")) await file.line(line);
  await file.done();
  for (const { name, kind, targets, passed, delayHours, accused } of summary.scenarios) {
    const delay = delayHours === undefined ? "" : ` after ${delayHours.toFixed(2)} simulated hours`;
    const outcome =
      kind === "attack"
        ? passed
          ? `named ${targets.join(", ")}${delay}`
          : `NOT named (accused: ${accused.join(", ") || "nobody"})`
        : passed
          ? "not accused"
          : "ACCUSED";
    console.log(`${passed ? "ok  " : "MISS"} ${kind.padEnd(10)} ${name.padEnd(20)} ${outcome}`);
  }
  console.log(
    `${summary.frames} signed frames, ${summary.readings} readings, ${summary.falseIncidents} false incidents`,
  );
  console.log("Now check the record without trusting us:");
  console.log(
    `  npx twinward evidence verify ${dataDir} --log-key '${summary.logKey}' --checkpoint ${anchor} --require-anchor`,
  );
}
