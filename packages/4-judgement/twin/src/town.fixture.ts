/** Judged rows of a three-signal plant for tests, and a log that holds only their judgement entries. */
import {
  type AlignedRow,
  type Judgement,
  judgementDraft,
  type LateReading,
  lateDraft,
  storedForm,
} from "@twinward/detection";
import type { EntryDraft, LogEntry, LogReader } from "@twinward/evidence";
import type { Signal, Site } from "@twinward/plant";

export const MINUTE = 60_000;
export const START = Date.UTC(2020, 0, 1);
const IDS = ["L_T1", "F_PU1", "P_J1"];

export const site: Site = {
  id: "town",
  title: "Town",
  timeZone: "UTC",
  digest: "cd".repeat(32),
  files: [],
  zones: [],
  conduits: [],
  assets: [],
  devices: [{ id: "plc1", title: "plc1", zone: "field", asset: "", signedAt: "gateway", signals: IDS }],
  signals: IDS.map(signalOf),
  behaviour: { kind: "none" },
  modes: [],
  csv: { delimiter: ",", timeColumn: "time", timeFormat: "iso", labelColumn: undefined },
  samplePeriodMs: MINUTE,
  latenessMsMax: 2 * MINUTE,
  aheadMsMax: MINUTE,
  openLinkMsMax: 10 * MINUTE,
};

export interface Minute {
  readonly values: readonly number[];
  readonly trust?: readonly number[];
  readonly estimates?: readonly number[];
  readonly substituted?: readonly number[];
  readonly alarm?: boolean;
}

export function rowAt(minute: number, { values }: Minute): AlignedRow {
  const qualities = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 255 : 0));
  return { timeMs: START + minute * MINUTE, values: Float64Array.from(values), qualities, entries: [] };
}

export function judgementAt(minute: number, said: Minute): Judgement {
  const alarm = said.alarm ?? false;
  const nan = IDS.map(() => Number.NaN);
  const cause = { check: "range", signal: "L_T1", measured: 9, expected: 5, deviation: 4, text: "9 above 5" };
  return storedForm({
    timeMs: START + minute * MINUTE,
    alarm,
    score: alarm ? 2 : 0.1,
    verdict: alarm ? "undetermined" : "",
    suspects: [],
    alternatives: [],
    causes: alarm ? [{ ...cause, check: "rate", deviation: 1, text: "fast" }, cause] : [],
    sinceMs: Number.NaN,
    estimates: Float64Array.from(said.estimates ?? nan),
    sigmas: Float64Array.from(said.estimates ?? nan, (value) => value / 10),
    trust: Float64Array.from(said.trust ?? nan),
    substituted: said.substituted ?? [],
    notice: "",
  });
}

/** Reads like a log; only what the history asks for. */
export class JudgementLog {
  readonly reader: LogReader;
  origin = "twinward.example/town/00000000";
  readonly #drafts: (EntryDraft | undefined)[] = [];

  constructor() {
    const log = this;
    const reader: Partial<LogReader> & { readonly origin: string } = {
      get origin() {
        return log.origin;
      },
      entries: (from, limit) => log.#entries(from, limit),
      body: (index) => log.#drafts[index]?.body ?? "erased",
    };
    this.reader = reader as LogReader;
  }

  judged(minute: number, said: Minute): void {
    const range = { from: this.#drafts.length, to: this.#drafts.length };
    const by = { code: "c", site: site.digest, model: "m" };
    this.#drafts.push(judgementDraft(rowAt(minute, said), judgementAt(minute, said), range, by));
  }

  late(readings: readonly LateReading[]): void {
    const range = { from: 0, to: 0 };
    this.#drafts.push(lateDraft(readings, [], site, range, { code: "c", site: site.digest, model: "m" }));
  }

  erase(index: number): void {
    const draft = this.#drafts[index];
    if (draft !== undefined) this.#drafts[index] = { kind: draft.kind, facts: draft.facts };
  }

  #entries(from: number, limit: number): LogEntry[] {
    const made = this.#drafts.map((draft, index) => ({
      index,
      kind: "judgement" as const,
      atMs: 0,
      facts: draft?.facts ?? {},
      bytes: new Uint8Array(),
      frame: undefined,
    }));
    return made.slice(from, from + limit);
  }
}

function signalOf(id: string, number: number): Signal {
  return {
    id,
    number,
    title: id,
    device: "plc1",
    element: id.slice(2),
    kind: "other",
    unit: "1",
    minimum: 0,
    maximum: 1e6,
    enum: undefined,
    resolution: 0.01,
    accuracy: 0.1,
    rateMax: undefined,
    flatlineMsMax: undefined,
    rules: [],
    classification: "internal",
  };
}
