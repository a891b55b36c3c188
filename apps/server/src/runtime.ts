/**
 * The runtime of a site: log, access, door, judgement and history, without any network.
 *
 * `serve` puts the API in front of it; `replay` and the demo drive it with a clock of their own. It owns the data
 * folder while it is open.
 */

import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Access, openAccess, openAuthority } from "@twinward/access";
import { LiveFeed, twinDocument } from "@twinward/api";
import { type CreateLogOptions, createLog, type LogKeeper, openLog } from "@twinward/evidence";
import { type AlarmAction, actionDraft, type Incident, type IncidentEvent } from "@twinward/incident";
import { createIngest, type Ingest, type Timer } from "@twinward/ingest";
import { type Clock, systemClock, type TimeBase, TwinwardError, toBase64 } from "@twinward/kernel";
import type { Notice, Site } from "@twinward/plant";
import { History, type TwinView } from "@twinward/twin";
import { codeDigest } from "./code-digest.ts";
import { recordContents } from "./contents.ts";
import { IncidentIndex } from "./incident-index.ts";
import { Judgement } from "./judgement.ts";

export interface RuntimeOptions {
  readonly site: Site;
  readonly dataDir: string;
  readonly timeBase: TimeBase;
  /** The log's clock: the system's for a live site, the run's own for simulation and replay. */
  readonly clock: Clock;
  /** Canonical bytes of the frozen model of the judge. */
  readonly model: Uint8Array;
  readonly notices?: readonly Notice[];
  readonly checkpointOut?: string;
  /** Beats of the door; simulation and replay beat it themselves. */
  readonly timer?: Timer;
  readonly onIncident?: (event: IncidentEvent) => void;
  readonly onRow?: (view: TwinView) => void;
  /** Called once when the judge has stopped; frames are still recorded, so that nothing is lost. */
  readonly onJudgementLost?: (cause: unknown) => void;
  /** Called once when a durable step failed: the process has to stop. */
  readonly onLost?: (error: TwinwardError) => void;
}

export class Runtime {
  readonly site: Site;
  readonly timeBase: TimeBase;
  readonly clock: Clock;
  readonly log: LogKeeper;
  readonly access: Access;
  readonly ingest: Ingest;
  readonly history: History;
  readonly live = new LiveFeed();
  readonly judgement: Judgement;
  readonly #incidents: IncidentIndex;
  readonly #onLost: ((error: TwinwardError) => void) | undefined;
  #view: TwinView | undefined;

  private constructor(options: RuntimeOptions, log: LogKeeper, access: Access, ingest: Ingest) {
    const { site, clock, dataDir } = options;
    this.site = site;
    this.timeBase = options.timeBase;
    this.clock = clock;
    this.log = log;
    this.access = access;
    this.ingest = ingest;
    this.#onLost = options.onLost;
    this.history = new History(join(dataDir, "cache", "history.db"), site);
    this.history.catchUp(log);
    this.#incidents = IncidentIndex.of(log);
    const order = { dataDir, site, model: options.model, code: codeDigest() };
    this.judgement = new Judgement(log, order, {
      onRestored: (view) => this.#restored(view),
      onJudged: (view) => this.#judged(view, options),
      onIncident: (event) => this.#incident(event, options),
      onFailed: (cause) => options.onJudgementLost?.(cause),
    });
    this.ingest.onAccepted(() => this.judgement.grown());
    this.ingest.onFinding((finding) => this.live.publish({ event: "door", data: finding }));
  }

  /** Makes the data folder at the first start, goes on with it later. */
  static async open(options: RuntimeOptions): Promise<Runtime> {
    const { dataDir, site } = options;
    await mkdir(join(dataDir, "cache"), { recursive: true, mode: 0o700 });
    const random = (length: number) => new Uint8Array(randomBytes(length));
    // Certificates are checked against the wall clock by TLS, whatever clock the log has.
    const authority = await openAuthority({ dataDir, siteId: site.id, clock: systemClock, random });
    const log = await openOrCreate(options, toBase64(authority.spki));
    await recordContents(log, site, options.model, options.notices ?? []);
    const access = await openAccess({ dataDir, site: accessSite(site), log, authority, clock: options.clock });
    const timer = options.timer === undefined ? {} : { timer: options.timer };
    const { registry, ledger } = access;
    const ingest = await createIngest({ site, log, registry, ledger, clock: options.clock, ...timer });
    return new Runtime(options, log, access, ingest);
  }

  /** Undefined until the first row is judged. */
  view(): TwinView | undefined {
    return this.#view;
  }

  /** Newest first. */
  incidents(): readonly Incident[] {
    return this.#incidents.list();
  }

  /** Writes what a person decided about an alarm; the incident changes when the judgement has read it. */
  async act(action: AlarmAction): Promise<void> {
    await this.log.appendAll({ drafts: [actionDraft(action)] });
    this.judgement.grown();
  }

  /** A checkpoint from outside: one that this log signed and does not extend proves that the folder was rolled back. */
  headShown(note: string): void {
    const relation = this.log.relationTo(note);
    if (relation !== "beyond" && relation !== "forked") return;
    this.#onLost?.(
      new TwinwardError("LOG_ROLLED_BACK", "a device holds a checkpoint of this log that it does not extend", {
        remedy: "See `twinward evidence recover --help`.",
      }),
    );
  }

  async stop(): Promise<void> {
    await this.ingest.stop();
    await this.judgement.stop();
    this.history.close();
    await this.log.stop();
  }

  #restored(view: TwinView): void {
    if (view.timeMs !== null) this.#view = view;
  }

  #judged(view: TwinView, options: RuntimeOptions): void {
    this.#view = view;
    this.history.catchUp(this.log);
    options.onRow?.(view);
    if (this.live.listeners > 0)
      this.live.publish({ event: "state", data: twinDocument(this.site, this.timeBase, view) });
  }

  #incident(event: IncidentEvent, options: RuntimeOptions): void {
    this.#incidents.put(event.incident);
    options.onIncident?.(event);
    this.live.publish({ event: "incident", data: { id: event.incident.id, change: event.change } });
  }
}

async function openOrCreate(options: RuntimeOptions, caSpki: string): Promise<LogKeeper> {
  const { dataDir, clock, site, timeBase } = options;
  const shared: Pick<CreateLogOptions, "dir" | "clock" | "checkpointOut" | "onLost"> = {
    dir: dataDir,
    clock,
    ...(options.checkpointOut === undefined ? {} : { checkpointOut: options.checkpointOut }),
    ...(options.onLost === undefined ? {} : { onLost: options.onLost }),
  };
  try {
    // Also over what a crash within the very first moments left.
    return await createLog({ ...shared, site: site.id, timeBase, keys: { ca: caSpki } });
  } catch (error) {
    if (!(error instanceof TwinwardError) || error.code !== "LOG_EXISTS") throw error;
    return openExisting(shared, timeBase, site);
  }
}

/** A record made by demo or replay can never go on as live, nor one site's record as another's. */
async function openExisting(shared: Parameters<typeof openLog>[0], timeBase: TimeBase, site: Site): Promise<LogKeeper> {
  const log = await openLog(shared);
  const genesis = log.entry(0)?.facts;
  if (genesis?.timeBase === timeBase && genesis.site === site.id) return log;
  await log.stop();
  throw new TwinwardError(
    "DATA_OTHER_LOG",
    `this data folder holds a ${genesis?.timeBase} log of site ${genesis?.site}`,
    {
      remedy: "Give another --data folder.",
    },
  );
}

function accessSite(site: Site) {
  const unitOf = new Map(site.signals.map((signal) => [signal.id, signal.unit]));
  return {
    id: site.id,
    devices: site.devices.map((device) => ({
      id: device.id,
      signedAt: device.signedAt,
      signals: device.signals.map((name) => [name, unitOf.get(name) ?? "1"] as const),
    })),
  };
}
