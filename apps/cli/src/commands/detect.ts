/** `twinward detect`: judges recorded rows one by one, as they would have arrived. */
import { createJudge, type Judgement, type Model, modelDigest } from "@twinward/detection";
import { UsageError } from "@twinward/kernel";
import { type CsvRow, type CsvTable, type Notice, openCsv, readNotices, type Site } from "@twinward/plant";
import { ALARM_HEADER, alarmFacts, alarmLine } from "../alarm-line.ts";
import { estimateHeader, estimateLine } from "../estimate-line.ts";
import type { ExitCode } from "../exit.ts";
import { modelFrom } from "../judge-model.ts";
import { progressOn } from "../progress.ts";
import { siteFrom } from "../site-folder.ts";
import { trainFromFiles } from "../training.ts";
import { WholeFile } from "../whole-file.ts";

interface Options {
  readonly site: string;
  readonly model?: string;
  readonly train?: readonly string[];
  readonly labelled?: string;
  readonly input: string;
  readonly out: string;
  readonly estimates?: string;
  readonly notices?: string;
  readonly json?: boolean;
}

export async function detect(options: Options): Promise<ExitCode> {
  const site = await siteFrom(options.site);
  const notices = options.notices === undefined ? [] : await readNotices(site, options.notices);
  const model = await modelOf(site, options);
  const summary = await judgeFile(site, model, notices, options);
  if (options.json) console.log(JSON.stringify({ ...summary, model: modelDigest(model) }));
  else
    console.log(
      `${options.out}: ${summary.rows} rows, ${summary.alarms} with an alarm, in ${summary.episodes} episodes`,
    );
  return 0;
}

function modelOf(site: Site, { model, train, labelled }: Options): Promise<Model> {
  if ((model === undefined) === (train === undefined)) throw new UsageError("give either --model or --train");
  if (model !== undefined) return modelFrom(site, model);
  return trainFromFiles(site, labelled === undefined ? { clean: train ?? [] } : { clean: train ?? [], labelled });
}

interface Summary {
  rows: number;
  alarms: number;
  episodes: number;
}

async function judgeFile(site: Site, model: Model, notices: readonly Notice[], options: Options): Promise<Summary> {
  const judge = await createJudge(site, model, { notices });
  const onUnknownColumn = (name: string) =>
    console.error(`twinward: column ${name} is not a signal of this site: ignored`);
  const table = await openCsv(site, options.input, { onUnknownColumn });
  const out = await JudgedFiles.open(site, table, options);
  const progress = progressOn(process.stderr, Date.now);
  const summary: Summary = { rows: 0, alarms: 0, episodes: 0 };
  let wasAlarm = false;
  try {
    for await (const row of table.rows) {
      const judgement = judge.step({ timeMs: row.timeMs, values: row.values, entries: [] });
      await out.write(row, judgement);
      summary.rows++;
      summary.alarms += judgement.alarm ? 1 : 0;
      summary.episodes += judgement.alarm && !wasAlarm ? 1 : 0;
      wasAlarm = judgement.alarm;
      progress.at(summary.rows, undefined, "rows");
    }
    await out.done();
  } catch (reason) {
    await out.abandon();
    throw reason;
  } finally {
    progress.end();
  }
  return summary;
}

/** The alarm file and, when asked for, the estimates beside it. */
class JudgedFiles {
  readonly #table: CsvTable;
  readonly #alarms: WholeFile;
  readonly #estimates: WholeFile | undefined;

  private constructor(table: CsvTable, alarms: WholeFile, estimates: WholeFile | undefined) {
    this.#table = table;
    this.#alarms = alarms;
    this.#estimates = estimates;
  }

  static async open(site: Site, table: CsvTable, options: Options): Promise<JudgedFiles> {
    const alarms = await WholeFile.at(options.out);
    const estimates = options.estimates === undefined ? undefined : await WholeFile.at(options.estimates);
    await alarms.line(ALARM_HEADER);
    await estimates?.line(estimateHeader(site, table));
    return new JudgedFiles(table, alarms, estimates);
  }

  async write(row: CsvRow, judgement: Judgement): Promise<void> {
    await this.#alarms.line(alarmLine(row.timeText, alarmFacts(judgement)));
    await this.#estimates?.line(estimateLine(row, judgement, this.#table));
  }

  async done(): Promise<void> {
    await this.#alarms.done();
    await this.#estimates?.done();
  }

  async abandon(): Promise<void> {
    await this.#alarms.abandon();
    await this.#estimates?.abandon();
  }
}
