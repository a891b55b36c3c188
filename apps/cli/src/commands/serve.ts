/** `twinward serve`: the server process of one site. */
import { appendFileSync } from "node:fs";
import { hostname } from "node:os";
import { saveModel, untrainedModel } from "@twinward/detection";
import { type IncidentEvent, toSyslog } from "@twinward/incident";
import { systemClock, UsageError } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import { Runtime, readListenAddress, serverLogger, startServer } from "@twinward/server";
import { type ExitCode, explain } from "../exit.ts";
import { modelFrom } from "../judge-model.ts";
import { siteFrom } from "../site-folder.ts";

interface Options {
  readonly site: string;
  readonly data: string;
  readonly listen: string;
  readonly checkpointOut?: string;
  readonly model?: string;
  readonly syslog?: string;
}

export async function serve(options: Options): Promise<ExitCode> {
  const listen = readListenAddress(options.listen);
  if (listen === undefined) throw new UsageError(`--listen ${options.listen} is not HOST:PORT`);
  const site = await siteFrom(options.site);
  const logger = serverLogger();
  const runtime = await openRuntime(site, options, logger);
  const server = await startServer(runtime, { listen, logger });
  announce(runtime, server.url, server.setupLink);
  await stopSignal();
  await server.stop();
  await runtime.stop();
  return 0;
}

async function openRuntime(site: Site, options: Options, logger: ReturnType<typeof serverLogger>): Promise<Runtime> {
  const model = options.model === undefined ? untrainedModel(site) : await modelFrom(site, options.model);
  return Runtime.open({
    site,
    dataDir: options.data,
    timeBase: "live",
    clock: systemClock,
    model: saveModel(model),
    onIncident: syslogTo(options.syslog, (error) => logger.fatal({ err: error }, "an incident could not be written")),
    onJudgementLost: (cause) => logger.fatal({ err: cause }, "judgement has stopped; frames are still recorded"),
    onLost: (error) => {
      // After a failed fsync nothing in memory may be believed: stop, and recover from disk at the next start.
      logger.fatal({ err: error }, "the log cannot go on");
      process.exit(explain(error));
    },
    ...(options.checkpointOut === undefined ? {} : { checkpointOut: options.checkpointOut }),
  });
}

/** One RFC 5424 line per incident event, to stdout unless a file is named. */
function syslogTo(path: string | undefined, onFailed: (error: unknown) => void): (event: IncidentEvent) => void {
  const sender = { host: hostname(), app: "twinward", process: String(process.pid) };
  return (event) => {
    const line = `${toSyslog(event, sender)}\n`;
    if (path === undefined || path === "-") {
      process.stdout.write(line);
      return;
    }
    try {
      appendFileSync(path, line, { mode: 0o600 });
    } catch (error) {
      // The incident is in the log already: a full disk beside it must not stop the recording.
      onFailed(error);
    }
  };
}

function announce(runtime: Runtime, url: string, setupLink: string | undefined): void {
  console.log(`twinward: site ${runtime.site.id} at ${url} (CA: keys/ca.crt in the data folder)`);
  console.log(`log key: ${runtime.log.verifierKey}`);
  if (setupLink === undefined) return;
  console.log(`set-up link (one use, 15 minutes): ${setupLink}`);
  console.log(`Next: twinward setup --link ${setupLink} --out admin.json`);
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
