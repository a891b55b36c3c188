/**
 * `twinward bench mismatch`: how well the judge does when the plant is not what its model says.
 *
 * The demo's scenarios and thirty clean days, per mismatch and seed, straight through judge and incidents (the signed
 * path gives the same judgements, see replay). Each plant trains on four clean weeks of its own.
 */
import { createJudge, type Judge, type Model } from "@twinward/detection";
import { IncidentBook } from "@twinward/incident";
import { demoPlan, generateRows, type PlacedScenario, type Score } from "@twinward/lab";
import { SeenIncidents } from "../demo/demo-score.ts";
import { DEMO_START_MS, type DemoSite, demoSite, trainForDemo } from "../demo/demo-site.ts";
import type { ExitCode } from "../exit.ts";
import type { BenchWords } from "./bench-words.ts";

const MISMATCHES = [0, 0.05, 0.1, 0.2];
const FIRST_SEED = 101;
const CLEAN_DAYS = 30;
const DAY_MS = 86_400_000;
const NO_BYTES = new Uint8Array();

interface Outcome {
  readonly mismatch: number;
  readonly seed: number;
  readonly attacks: number;
  readonly named: number;
  readonly delayHours: readonly (number | null)[];
  readonly nonAttacks: number;
  readonly accusedNonAttacks: number;
  readonly falseIncidents: number;
  readonly cleanDays: number;
  readonly cleanIncidents: number;
}

export async function benchMismatch(words: BenchWords): Promise<ExitCode> {
  const town = await demoSite();
  const seeds = Array.from({ length: Math.max(1, Number(words.rounds) || 1) }, (_, i) => FIRST_SEED + i);
  const outcomes: Outcome[] = [];
  console.log("mismatch  seed  named  delay hours               non-attacks accused  false  false in 30 clean days");
  for (const mismatch of MISMATCHES) {
    for (const seed of seeds) {
      const outcome = await play(town, mismatch, seed);
      outcomes.push(outcome);
      console.log(lineOf(outcome));
    }
  }
  console.log(JSON.stringify({ bench: "mismatch", outcomes }));
  return 0;
}

async function play(town: DemoSite, mismatch: number, seed: number): Promise<Outcome> {
  const model = await trainForDemo(town, seed, () => {}, mismatch);
  const plan = demoPlan({ site: town.lab, seed, startMs: DEMO_START_MS });
  const endMs = Math.max(...plan.map((scenario) => scenario.endMs)) + DAY_MS;
  const seen = await judged(town, model, { mismatch, seed, plan, endMs });
  const clean = await judged(town, model, { mismatch, seed, plan: [], endMs: DEMO_START_MS + CLEAN_DAYS * DAY_MS });
  const score: Score = seen.score(plan, endMs);
  const attacks = score.scenarios.filter(({ kind }) => kind === "attack");
  return {
    mismatch,
    seed,
    attacks: score.attacks,
    named: score.named,
    delayHours: attacks.map(({ delayHours }) => delayHours ?? null),
    nonAttacks: score.nonAttacks,
    accusedNonAttacks: score.scenarios.filter(({ kind, passed }) => kind === "non-attack" && !passed).length,
    falseIncidents: score.falseIncidents,
    cleanDays: CLEAN_DAYS,
    cleanIncidents: clean.count,
  };
}

interface Run {
  readonly mismatch: number;
  readonly seed: number;
  readonly plan: readonly PlacedScenario[];
  readonly endMs: number;
}

async function judged({ site, lab }: DemoSite, model: Model, run: Run): Promise<SeenIncidents> {
  const judge: Judge = await createJudge(site, model, { notices: run.plan.flatMap(({ notices }) => notices) });
  const book = new IncidentBook(site);
  const seen = new SeenIncidents();
  const { mismatch, plan, endMs } = run;
  for (const { startMs, endMs: end, what } of plan.flatMap(({ notices }) => notices)) {
    book.learn({
      index: 0,
      kind: "notice",
      atMs: DEMO_START_MS,
      facts: { start: startMs, end, what },
      bytes: NO_BYTES,
      frame: undefined,
    });
  }
  for await (const row of generateRows({ site: lab, seed: run.seed, mismatch, startMs: DEMO_START_MS, endMs, plan })) {
    const aligned = {
      timeMs: row.timeMs,
      values: row.reported,
      qualities: new Uint8Array(row.reported.length),
      entries: [],
    };
    for (const event of book.step(aligned, judge.step(aligned))) seen.see(event);
  }
  return seen;
}

function lineOf(outcome: Outcome): string {
  const delays = outcome.delayHours.map((hours) => (hours === null ? "–" : hours.toFixed(2))).join(" ");
  return [
    `${100 * outcome.mismatch} %`.padEnd(9),
    String(outcome.seed).padEnd(5),
    `${outcome.named}/${outcome.attacks}`.padEnd(6),
    delays.padEnd(25),
    `${outcome.accusedNonAttacks}/${outcome.nonAttacks}`.padEnd(20),
    String(outcome.falseIncidents).padEnd(6),
    String(outcome.cleanIncidents),
  ].join(" ");
}
