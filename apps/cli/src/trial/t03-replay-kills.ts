/**
 * T3, the other long-running command: `replay` killed again and again and started again on the same folder has to give
 * the same bytes of alarms, the same judgements, and every finding once, as a run that nobody touched.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openLogReader } from "@twinward/evidence";
import { seededChance } from "@twinward/kernel";
import { Misses, type Outcome, type TrialOrder } from "./outcome.ts";
import { killHard, pause, startOwn } from "./own-command.ts";
import { type RecordedSite, recordSite, replayReport, replayWhole, replayWords } from "./tampering/recorded-site.ts";

const DAYS_MIN = 4;
const DAYS_PER_KILL = 4;
const DAYS_MAX = 60;
/** Kills of one folder; then it runs to its end and the next folder begins. */
const KILLS_PER_FOLDER = 10;
/** When a kill comes, as a share of an undisturbed run: machines differ by far. */
const KILL_SHARE_MIN = 0.3;
const KILL_SHARE_MAX = 0.85;
/** Runs in a row that may end before any kill. */
const UNHARMED_RUNS_MAX = 5;

export async function killReplay({ seed, count, dir, say }: TrialOrder): Promise<Outcome> {
  const chance = seededChance(seed);
  const misses = new Misses();
  const kills = Math.min(KILLS_PER_FOLDER, count);
  const recorded = await recordSite(dir, seed % 1000, Math.min(DAYS_MAX, DAYS_MIN + DAYS_PER_KILL * kills));
  const detected = await detect(recorded, join(dir, "detected.csv"));
  const startMs = performance.now();
  await replayWhole(recorded, join(dir, "whole"), join(dir, "whole.csv"));
  const wholeMs = performance.now() - startMs;
  const whole = judgedIn(join(dir, "whole"));
  const alarms = readFileSync(join(dir, "whole.csv"));
  if (detected === undefined) misses.add("detect failed on the same input");
  else if (!detected.equals(alarms)) misses.add("the alarms of replay differ from those of detect");
  let [killed, folders, unharmed] = [0, 0, 0];
  while (killed < count) {
    const folder = join(dir, `killed-${folders++}`);
    const done = await killedRun(recorded, folder, Math.min(KILLS_PER_FOLDER, count - killed), () => {
      const share = KILL_SHARE_MIN + chance.uniform() * (KILL_SHARE_MAX - KILL_SHARE_MIN);
      return share * wholeMs;
    });
    killed += done;
    unharmed = done === 0 ? unharmed + 1 : 0;
    const where = `folder ${folders} (${done} kills, seed ${seed})`;
    const gaveUp = unharmed >= UNHARMED_RUNS_MAX;
    if (gaveUp) misses.add(`${where}: ${unharmed} runs ended before the first kill`);
    if (!readFileSync(`${folder}.csv`).equals(alarms)) misses.add(`${where}: the alarms differ`);
    misses.add(...differences(whole, judgedIn(folder)).map((text) => `${where}: ${text}`));
    say(`${killed} of ${count} kills, ${folders} folders`);
    if (gaveUp) break;
  }
  const { judgements, incidents } = whole;
  const figures = { kills: killed, folders, rows: recorded.rows, judgements: judgements.length };
  return misses.outcome({
    ...figures,
    incidentEvents: incidents.length,
    sameAsDetect: detected?.equals(alarms) ?? false,
  });
}

async function detect({ site, model, input }: RecordedSite, out: string): Promise<Buffer | undefined> {
  const command = startOwn(["detect", "--site", site, "--model", model, "--input", input, "--out", out]);
  return (await command.ended) === 0 ? readFileSync(out) : undefined;
}

/** Kills up to `kills` times, then lets it end. Answers how many kills hit a run. */
async function killedRun(
  recorded: RecordedSite,
  folder: string,
  kills: number,
  killAfterMs: () => number,
): Promise<number> {
  for (let killed = 0; ; killed++) {
    const command = startOwn(replayWords(recorded, folder, `${folder}.csv`));
    const code = killed < kills ? await Promise.race([command.ended, pause(killAfterMs())]) : await command.ended;
    if (code !== undefined) {
      replayReport(command.output(), code);
      return killed;
    }
    await killHard(command);
  }
}

interface Judged {
  readonly judgements: readonly string[];
  readonly incidents: readonly string[];
}

/** Bodies of judgements and incidents, in the log's order. */
function judgedIn(dir: string): Judged {
  const reader = openLogReader(dir);
  try {
    const bodies = (kind: "judgement" | "incident") =>
      reader.entries(0, Number.MAX_SAFE_INTEGER, [kind]).map(({ index }) => textOf(reader.body(index)));
    return { judgements: bodies("judgement"), incidents: bodies("incident") };
  } finally {
    reader.close();
  }
}

const textOf = (body: Uint8Array | "erased" | undefined) =>
  body instanceof Uint8Array ? Buffer.from(body).toString() : "";

function differences(whole: Judged, killed: Judged): string[] {
  const wrong: string[] = [];
  if (new Set(killed.judgements).size !== killed.judgements.length) wrong.push("a judgement was written twice");
  const first = whole.judgements.findIndex((body, i) => body !== killed.judgements[i]);
  if (first >= 0 || killed.judgements.length !== whole.judgements.length)
    wrong.push(`judgement ${first} differs (${killed.judgements.length} of ${whole.judgements.length} judgements)`);
  if (new Set(killed.incidents).size !== killed.incidents.length) wrong.push("an incident event was written twice");
  if (killed.incidents.length !== whole.incidents.length)
    wrong.push(`${killed.incidents.length} incident events instead of ${whole.incidents.length}`);
  return wrong;
}
