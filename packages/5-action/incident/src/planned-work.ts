/**
 * Planned work: operating modes and notices that explain an alarm before it is raised.
 *
 * A calibration must not be an incident. Work on a suspect holds back what is merely undetermined; a verdict of attack
 * is given all the same, with the work named beside it, because a maintenance window is when an attacker would come. A
 * holiday only annotates: unusual demand explains no contradiction between sensors.
 */
import type { LogEntry } from "@twinward/evidence";
import type { Site } from "@twinward/plant";
import type { Relation } from "./relation.ts";

/** Notices and modes remembered; beyond it the oldest is forgotten. */
export const WORK_MAX = 1000;
/** Tanks take time to return from what work has done to them, and pumps run as they seldom do meanwhile. */
export const AFTER_WORK_MS = 3 * 3_600_000;

export interface Work {
  /** `notice`, or the mode's id. */
  readonly kind: string;
  /** Signal, device, element, zone or `*`; `holiday`. */
  readonly what: string;
  readonly fromMs: number;
  /** Null while it goes on. */
  readonly untilMs: number | null;
  readonly reason: string;
}

const HOLIDAY = "holiday";

export interface Explanation {
  readonly holdsBack: boolean;
  /** One line each. */
  readonly annotations: readonly string[];
}

export class PlannedWork {
  readonly #site: Site;
  readonly #relation: Relation;
  #works: Work[] = [];

  constructor(site: Site, relation: Relation) {
    this.#site = site;
    this.#relation = relation;
  }

  /** Takes an entry of kind `notice` (facts start, end, what) or `mode` (facts mode, scope, reason, start?, end?). */
  learn(entry: LogEntry): void {
    const { start, end, what, mode, scope, reason } = entry.facts;
    if (entry.kind === "notice" && typeof start === "number" && typeof end === "number") {
      this.#add({ kind: "notice", what: String(what), fromMs: start, untilMs: end, reason: "" });
    }
    if (entry.kind !== "mode" || typeof mode !== "string" || typeof scope !== "string") return;
    const fromMs = typeof start === "number" ? start : entry.atMs;
    // A new mode of the same scope ends the one before.
    this.#works = this.#works.map((work) =>
      work.kind !== "notice" && work.what === scope && work.untilMs === null ? { ...work, untilMs: fromMs } : work,
    );
    if (mode === "normal") return;
    const untilMs = typeof end === "number" ? end : null;
    this.#add({ kind: mode, what: scope, fromMs, untilMs, reason: typeof reason === "string" ? reason : "" });
  }

  /** What is planned for these signals at this time; the effect of work may be seen AFTER_WORK_MS longer. */
  explain(signals: readonly string[], timeMs: number): Explanation {
    const inForce = this.#works.filter((work) => this.#isInForce(work, timeMs));
    const zoneOf = (device: string) => this.#site.devices.find((candidate) => candidate.id === device)?.zone ?? "";
    const concerning = inForce.filter(
      (work) => work.what !== HOLIDAY && signals.some((signal) => this.#relation.concerns(work.what, signal, zoneOf)),
    );
    const holidays = inForce.filter((work) => work.what === HOLIDAY);
    return { holdsBack: concerning.length > 0, annotations: [...concerning, ...holidays].map(lineOf) };
  }

  /** The same for a device as a whole. */
  explainDevice(device: string, timeMs: number): Explanation {
    const own = this.#site.devices.find((candidate) => candidate.id === device);
    const named = this.#works.filter((work) => this.#isInForce(work, timeMs) && work.what === device);
    const bySignals = this.explain(own?.signals ?? [], timeMs);
    return named.length > 0 ? { holdsBack: true, annotations: named.map(lineOf) } : bySignals;
  }

  works(): readonly Work[] {
    return this.#works;
  }

  restore(works: readonly Work[]): void {
    this.#works = [...works];
  }

  #isInForce(work: Work, timeMs: number): boolean {
    return work.fromMs <= timeMs && timeMs <= (work.untilMs ?? Infinity) + AFTER_WORK_MS;
  }

  #add(work: Work): void {
    const same = (known: Work) => known.kind === work.kind && known.what === work.what && known.fromMs === work.fromMs;
    this.#works = [...this.#works.filter((known) => !same(known)), work].slice(-WORK_MAX);
  }
}

function lineOf(work: Work): string {
  const until = work.untilMs === null ? "until further notice" : `until ${new Date(work.untilMs).toISOString()}`;
  const reason = work.reason === "" ? "" : ` (${work.reason})`;
  return `${work.kind} ${work.what} since ${new Date(work.fromMs).toISOString()} ${until}${reason}`;
}
