/**
 * T3, the other long-running command: `replay` killed again and again and started again on the same folder has to give
 * the same bytes of alarms, the same judgements, and every finding once, as a run that nobody touched.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openLogReader } from "@twinward/evidence";
import { type Chance, seededChance } from "@twinward/kernel";
import { Misses, type Outcome, type TrialOrder } from "./outcome.ts";
import { killHard, pause, startOwn } from "./own-command.ts";
import { type RecordedSite, recordSite, replayReport, replayWhole, replayWords } from "./tampering/recorded-site.ts";

const DAYS_MIN = 4;
const DAYS_PER_KILL = 4;
const DAYS_MAX = 60;
/** Kills of one folder; then it runs to its end and the next folder begins. */
const KILLS_PER_FOLDER = 10;
/** Before this it has not opened its log. */
const KILL_MS_MIN = 500;
const KILL_MS_MAX = 2_500;

export async function killReplay({ seed, count, dir, say }: TrialOrder): Promise<Outcome> {
  const chance = seededChance(seed);
  const misses = new Misses();
  const kills = Math.min(KILLS_PER_FOLDER, count);
  const recorded = await recordSite(dir, seed % 1000, Math.min(DAYS_MAX, DAYS_MIN + DAYS_PER_KILL * kills));
  const detected = await detect(recorded, join(dir, "detected.csv"));
  await replayWhole(recorded, join(dir, "whole"), join(dir, "whole.csv"));
  const whole = judgedIn(join(dir, "whole"));
  const alarms = readFileSync(join(dir, "whole.csv"));
  if (detected === undefined) misses.add("detect failed on the same input");
  else if (!detected.equals(alarms)) misses.add("the alarms of replay differ from those of detect");
  let [killed, folders] = [0, 0];
  while (killed < count) {
    const folder = join(dir, `killed-${folders++}`);
    const done = await killedRun(recorded, folder, Math.min(KILLS_PER_FOLDER, count - killed), chance);
    killed += done;
    const where = `folder ${folders} (${done} kills, seed ${seed})`;
    if (done === 0) misses.add(`${where}: the run ended before the first kill`);
    if (!readFileSync(`${folder}.csv`).equals(alarms)) misses.add(`${where}: the alarms differ`);
    misses.add(...differences(whole, judgedIn(folder)).map((text) => `${where}: ${text}`));
    say(`${killed} of ${count} kills, ${folders} folders`);
    if (done === 0) break;
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
async function killedRun(recorded: RecordedSite, folder: string, kills: number, chance: Chance): Promise<number> {
  for (let killed = 0; ; killed++) {
    const command = startOwn(replayWords(recorded, folder, `${folder}.csv`));
    const ms = KILL_MS_MIN + chance.uniform() * (KILL_MS_MAX - KILL_MS_MIN);
    const code = killed < kills ? await Promise.race([command.ended, pause(ms)]) : await command.ended;
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
