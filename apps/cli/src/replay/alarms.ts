/** The alarm file of a replay, written whole from the judgement entries of the log. */
import { storedJudgementOf } from "@twinward/detection";
import type { LogReader } from "@twinward/evidence";
import { ALARM_HEADER, type AlarmFacts, alarmFacts, alarmLine } from "../alarm-line.ts";
import { WholeFile } from "../whole-file.ts";
import type { RowTime } from "./row-times.ts";

const ENTRIES_PER_READ = 1_000;
const NOTHING: AlarmFacts = { alarm: false, score: 0, verdict: "", suspects: [] };

export async function writeAlarms(path: string, log: LogReader, times: readonly RowTime[]): Promise<number> {
  const judged = judgedRows(log);
  const out = await WholeFile.at(path);
  await out.line(ALARM_HEADER);
  let alarms = 0;
  for (const { timeText, timeMs } of times) {
    const facts = judged.get(timeMs) ?? NOTHING;
    alarms += facts.alarm ? 1 : 0;
    await out.line(alarmLine(timeText, facts));
  }
  await out.done();
  return alarms;
}

function judgedRows(log: LogReader): Map<number, AlarmFacts> {
  const judged = new Map<number, AlarmFacts>();
  for (let from = 0; ; ) {
    const entries = log.entries(from, ENTRIES_PER_READ, ["judgement"]);
    for (const entry of entries) {
      const body = log.body(entry.index);
      if (!(body instanceof Uint8Array)) continue;
      const stored = storedJudgementOf(body);
      // Late readings never change what was said in time.
      if (!stored.late) judged.set(stored.judgement.timeMs, alarmFacts(stored.judgement));
    }
    const last = entries.at(-1);
    if (last === undefined) return judged;
    from = last.index + 1;
  }
}
