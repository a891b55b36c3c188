/**
 * `twinward replay`: recorded rows through the whole signed path: frames, door, log, judgement, twin.
 */
import { saveModel } from "@twinward/detection";
import { isRefusal, ManualClock, seededChance, TwinwardError, UsageError } from "@twinward/kernel";
import { openCsv, readNotices, type Site } from "@twinward/plant";
import { Runtime } from "@twinward/server";
import type { ExitCode } from "../exit.ts";
import { modelFrom } from "../judge-model.ts";
import { progressOn } from "../progress.ts";
import { writeAlarms } from "../replay/alarms.ts";
import { type ArrivingFrame, disordered, inOrder } from "../replay/disorder.ts";
import { type ImportedFrame, Importer } from "../replay/importer.ts";
import { pacedBy, type RowTime, readRowTimes } from "../replay/row-times.ts";
import { siteFrom } from "../site-folder.ts";

interface Options {
  readonly site: string;
  readonly model: string;
  readonly input: string;
  readonly data: string;
  readonly alarms?: string;
  readonly notices?: string;
  readonly disorder?: string;
  readonly json?: boolean;
}

/** Frames under way at once; the door says when it is full, this only bounds what waits for its answer here. */
const FRAMES_UNDER_WAY_MAX = 512;
const NO_TIMER = () => ({ stop: () => {} });

export async function replay(options: Options): Promise<ExitCode> {
  const disorder = seedOf(options.disorder);
  const loaded = await siteFrom(options.site);
  const model = await modelFrom(loaded, options.model);
  const notices = options.notices === undefined ? [] : await readNotices(loaded, options.notices);
  const times = await readRowTimes(loaded, options.input);
  if (times.length === 0) throw new UsageError(`${options.input} holds no rows`);
  const site = pacedBy(loaded, times);
  const clock = new ManualClock(times[0]?.timeMs ?? 0);
  const runtime = await Runtime.open({
    site,
    dataDir: options.data,
    timeBase: "replay",
    clock,
    model: saveModel(model),
    notices,
    timer: NO_TIMER,
  });
  const startMs = performance.now();
  try {
    const frames = await sendAll(runtime, site, { ...options, disorder }, clock);
    await closeLastRows(runtime, site, times, clock);
    const alarms = options.alarms === undefined ? undefined : await writeAlarms(options.alarms, runtime.log, times);
    report(runtime, { rows: times.length, frames, alarms, seconds: (performance.now() - startMs) / 1000 }, options);
    return 0;
  } finally {
    await runtime.stop();
  }
}

interface Sending extends Pick<Options, "data" | "input"> {
  readonly disorder: number | undefined;
}

async function sendAll(runtime: Runtime, site: Site, options: Sending, clock: ManualClock): Promise<number> {
  const importers = await Promise.all(
    site.devices.map((device) => Importer.open(site, device, options.data, runtime.access.registry)),
  );
  const frames = framesOf(site, options.input, importers);
  const arriving =
    options.disorder === undefined
      ? inOrder(frames)
      : disordered(frames, site.latenessMsMax, seededChance(options.disorder));
  const progress = progressOn(process.stderr, Date.now);
  let underWay: Promise<void>[] = [];
  let sent = 0;
  for await (const frame of arriving) {
    // The run's clock never goes back: on a second run the log may be ahead of the first frames.
    clock.set(Math.max(clock.nowMs(), frame.arrivalMs));
    await runtime.ingest.ready();
    underWay.push(send(runtime, frame));
    sent += 1;
    if (underWay.length >= FRAMES_UNDER_WAY_MAX) {
      await Promise.all(underWay);
      underWay = [];
    }
    progress.at(sent, undefined, "frames");
  }
  await Promise.all(underWay);
  progress.end();
  return sent;
}

async function send(runtime: Runtime, frame: ArrivingFrame): Promise<void> {
  const answer = await runtime.ingest.accept(frame.bytes, { source: "replay" });
  if (isRefusal(answer))
    throw new TwinwardError(answer.code, `the door refused a frame of ${frame.device}: ${answer.detail}`);
}

async function* framesOf(site: Site, path: string, importers: readonly Importer[]): AsyncGenerator<ImportedFrame> {
  const { rows } = await openCsv(site, path, {
    onUnknownColumn: (name) => console.error(`twinward: column ${name} is not a signal of this site: ignored`),
  });
  for await (const { timeMs, values } of rows) {
    for (const importer of importers) {
      const frame = importer.frame(timeMs, values);
      if (frame !== undefined) yield frame;
    }
  }
}

/**
 * Rows of devices that fell silent close only when the run's clock passes the lateness limit. When all are closed
 * already nothing is beaten: the end of a recording is no silence of the plant.
 */
async function closeLastRows(
  runtime: Runtime,
  site: Site,
  times: readonly RowTime[],
  clock: ManualClock,
): Promise<void> {
  const lastMs = times.at(-1)?.timeMs ?? 0;
  await runtime.judgement.idle();
  if ((runtime.view()?.timeMs ?? 0) >= lastMs) return;
  clock.set(Math.max(clock.nowMs(), lastMs + site.latenessMsMax + site.samplePeriodMs));
  await runtime.ingest.beat();
  await runtime.judgement.idle();
}

function seedOf(words: string | undefined): number | undefined {
  if (words === undefined) return undefined;
  if (!/^\d{1,9}$/.test(words)) throw new UsageError(`--disorder ${words} is not a seed, a number from 0 to 999999999`);
  return Number(words);
}

interface Figures {
  readonly rows: number;
  readonly frames: number;
  readonly alarms: number | undefined;
  readonly seconds: number;
}

function report(runtime: Runtime, figures: Figures, options: Options): void {
  const { log } = runtime;
  const rowsPerSecond = Math.round(figures.rows / figures.seconds);
  if (options.json) {
    console.log(
      JSON.stringify({
        ...figures,
        rowsPerSecond,
        incidents: runtime.incidents().length,
        entries: log.size(),
        logKey: log.verifierKey,
        checkpoint: log.checkpoint(),
      }),
    );
    return;
  }
  console.log(
    `${figures.rows} rows as ${figures.frames} signed frames in ${figures.seconds.toFixed(1)} s (${rowsPerSecond} rows/s), ${runtime.incidents().length} incidents, ${log.size()} log entries`,
  );
  console.log(`log key: ${log.verifierKey}`);
  console.log(`Next: twinward evidence verify ${options.data} --log-key '${log.verifierKey}'`);
}
