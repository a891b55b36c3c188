/**
 * The incident book: which alarms belong to one physical cause, and how does each of them live?
 *
 * An alarmed row joins the active incident whose suspects it shares (or relates to, see relation.ts). While one still
 * alarms, a row that points elsewhere opens a second one only after it has done so RIVAL_ROWS times in a row: the
 * judge's finger may wander within one cause. An incident stays active until no row has alarmed for `quietMs`; so a
 * flapping alarm stays one incident, and an alarm long after is another.
 *
 * Invariants: the same rows, events and actions give the same incidents, whatever the batches and restarts; ids hold
 * nothing of the log's indexes; late findings never make a live alarm; what came from quarantine is marked.
 */
import {
  type AlignedRow,
  type DoorEvent,
  decodeJson,
  encodeJson,
  type Judgement,
  type LateFinding,
} from "@twinward/detection";
import type { LogEntry } from "@twinward/evidence";
import type { Site } from "@twinward/plant";
import { act, actionOf, expire, returnToNormal } from "./alarm-life.ts";
import { activeCaseFor, activeCases, significant } from "./belonging.ts";
import { type BookState, emptyBook } from "./book-state.ts";
import {
  addCauses,
  addLine,
  addProofs,
  addRow,
  annotate,
  type Case,
  incidentId,
  incidentOfCase,
  newCase,
  stateOf,
  suspectsOf,
} from "./case.ts";
import { countRefusal, doorFacts, isAccusing, originOf, verdictOf } from "./door-case.ts";
import type { Change, Incident, IncidentEvent } from "./incident.ts";
import { type Explanation, PlannedWork } from "./planned-work.ts";
import { Relation } from "./relation.ts";

/**
 * Alarmed rows in a row that must point elsewhere before a second incident opens beside one that still alarms, that is,
 * alarmed within as many sample periods.
 */
export const RIVAL_ROWS = 3;
/** An active incident is told again after so many alarmed rows. */
export const UPDATE_ROWS = 24;
/** Incidents held at once; beyond it the oldest that is not active is closed. */
export const CASES_MAX = 500;
const QUIET_PERIODS = 12;

export interface BookOptions {
  /** An alarm that stays away for longer has returned; a later one is another incident. Default 12 sample periods. */
  readonly quietMs?: number;
}

export class IncidentBook {
  readonly #site: Site;
  readonly #relation: Relation;
  readonly #work: PlannedWork;
  readonly #quietMs: number;
  #state: BookState = emptyBook();
  #events: IncidentEvent[] = [];

  constructor(site: Site, options: BookOptions = {}) {
    this.#site = site;
    this.#relation = new Relation(site);
    this.#work = new PlannedWork(site, this.#relation);
    this.#quietMs = options.quietMs ?? QUIET_PERIODS * site.samplePeriodMs;
  }

  /** A judged row. */
  step(row: AlignedRow, judgement: Judgement): readonly IncidentEvent[] {
    this.#state.rowMs = Math.max(this.#state.rowMs, row.timeMs);
    this.#passTime(row.timeMs);
    if (judgement.alarm) this.#alarm(row, judgement);
    else this.#state.rivalRows = 0;
    return this.#taken();
  }

  /** Late readings that broke a rule: they extend an incident of their time, or open one that has already returned. */
  late(findings: readonly LateFinding[]): readonly IncidentEvent[] {
    for (const { reading, causes } of findings) {
      const signal = this.#site.signals[reading.signal]?.id ?? "";
      const around = this.#activeFor([signal]);
      const held = around ?? this.#open("process", signal, reading.timeMs, null);
      addCauses(held, causes);
      addProofs(held, [reading.entry]);
      held.weights[signal] = (held.weights[signal] ?? 0) + 1;
      for (const cause of causes) addLine(held, reading.timeMs, `late: ${cause.text}`, true);
      this.#tell(held, around === undefined ? "opened" : "updated", reading.timeMs);
      // A late finding is about the past: no live alarm stands behind it.
      if (around === undefined) this.#tell(held, returnToNormal(held, reading.timeMs), reading.timeMs);
    }
    return this.#taken();
  }

  door(event: DoorEvent): readonly IncidentEvent[] {
    this.#passTime(event.timeMs);
    if (event.what === "resumed") this.#resumed(event);
    else if (event.what === "backfilled") this.#backfilled(event);
    else if (this.#isWorthy(event)) this.#doorAlarm(event);
    return this.#taken();
  }

  /** Entries of kind `notice`, `mode` and `alarm-action`. */
  learn(entry: LogEntry): readonly IncidentEvent[] {
    this.#passTime(entry.atMs);
    this.#work.learn(entry);
    const action = entry.kind === "alarm-action" ? actionOf(entry) : undefined;
    const held = this.#state.cases.find((candidate) => candidate.id === action?.incident);
    if (action !== undefined && held !== undefined) this.#tell(held, act(held, action, entry.atMs), entry.atMs);
    return this.#taken();
  }

  /** Not closed yet, newest first. */
  open(): readonly Incident[] {
    return this.#state.cases
      .filter((held) => held.closed === null)
      .map((held) => incidentOfCase(held, this.#relation))
      .reverse();
  }

  /** Undefined for one that is closed and over: the log's `incident` entries still have it. */
  incident(id: string): Incident | undefined {
    const held = this.#state.cases.find((candidate) => candidate.id === id);
    return held === undefined ? undefined : incidentOfCase(held, this.#relation);
  }

  snapshot(): Uint8Array {
    return encodeJson({ ...this.#state, works: this.#work.works() });
  }

  restore(snapshot: Uint8Array): void {
    this.#state = decodeJson<BookState>(snapshot);
    this.#work.restore(this.#state.works);
  }

  #alarm(row: AlignedRow, judgement: Judgement): void {
    const suspects = significant(judgement);
    const work = this.#work.explain(suspects, row.timeMs);
    const held = this.#activeFor(suspects) ?? this.#rivalOf(suspects, row.timeMs);
    if (held !== undefined) {
      this.#extend(held, row, judgement, work);
      return;
    }
    if (work.holdsBack && judgement.verdict !== "attack") return;
    const opened = this.#open("process", suspects[0] ?? "", row.timeMs, null);
    addRow(opened, row, judgement);
    this.#annotateProcess(opened, work, judgement, suspects);
    addLine(
      opened,
      row.timeMs,
      `alarm, score ${judgement.score.toFixed(2)}: ${suspects.join(", ") || "no signal named"}`,
    );
    this.#tell(opened, "opened", row.timeMs);
  }

  #extend(held: Case, row: AlignedRow, judgement: Judgement, work: Explanation): void {
    if (held.closed !== null) {
      // Closed by a person while it lasted: it may not speak again, unless it turns into an attack.
      held.lastAlarmMs = row.timeMs;
      if (judgement.verdict !== "attack" || held.verdict === "attack") return;
      held.active = false;
      this.#alarm(row, judgement);
      return;
    }
    const before = this.#essence(held);
    addRow(held, row, judgement);
    this.#annotateProcess(held, work, judgement, significant(judgement));
    const after = this.#essence(held);
    if (before !== after) addLine(held, row.timeMs, `now: ${after}`);
    if (before !== after || held.alarmRows % UPDATE_ROWS === 0) this.#tell(held, "updated", row.timeMs);
  }

  /** What a person would call a change. */
  #essence(held: Case): string {
    const first = suspectsOf(held, this.#relation)[0]?.signal ?? "";
    return [held.verdict, first, [...held.checks].sort().join(" ")].join(", ");
  }

  #annotateProcess(held: Case, work: Explanation, judgement: Judgement, suspects: readonly string[]): void {
    const noticed = judgement.notice === "" ? [] : [`notice taken into account: ${judgement.notice}`];
    const devices = new Set(suspects.map((signal) => this.#relation.device(signal)).filter((device) => device !== ""));
    const atDoor = this.#state.cases
      .filter((other) => other.door !== null && other.closed === null && other.active)
      .filter((other) =>
        [...devices].some((device) => other.door?.key.endsWith(device) || other.silent.includes(device)),
      )
      .map((other) => `at the door meanwhile: ${other.door?.title} (${other.id})`);
    annotate(held, [...work.annotations, ...noticed, ...atDoor]);
  }

  #activeFor(suspects: readonly string[]): Case | undefined {
    const held = activeCaseFor(this.#state.cases, suspects, this.#relation);
    if (held !== undefined && suspects.length > 0) this.#state.rivalRows = 0;
    return held;
  }

  /** While an incident alarms, rows that point elsewhere still join it, until they insist. */
  #rivalOf(suspects: readonly string[], timeMs: number): Case | undefined {
    const recentMs = RIVAL_ROWS * this.#site.samplePeriodMs;
    const newest = activeCases(this.#state.cases).findLast((held) => timeMs - held.lastAlarmMs <= recentMs);
    if (newest === undefined || suspects.length === 0) return newest;
    this.#state.rivalRows++;
    if (this.#state.rivalRows < RIVAL_ROWS) return newest;
    this.#state.rivalRows = 0;
    return undefined;
  }

  #isWorthy(event: DoorEvent): boolean {
    if (event.what !== "refused") return true;
    if (!isAccusing(event.code)) return false;
    const { counters, worthy } = countRefusal(this.#state.refusals, event);
    this.#state.refusals = counters;
    return worthy;
  }

  #doorAlarm(event: DoorEvent): void {
    const facts = doorFacts(event);
    // Work on a device explains what the device itself does, not what somebody does in its name.
    const work = this.#work.explainDevice(event.device.replace(/^device:/, ""), event.timeMs);
    const known = this.#state.cases.find((held) => held.active && held.door?.key === facts.key);
    if (known === undefined && work.holdsBack && event.what === "silence") return;
    const held = known ?? this.#open(originOf(event), event.device, event.timeMs, facts);
    const before = stateOf(held) + held.silent.length;
    held.sinceMs = Math.min(held.sinceMs, event.sinceMs);
    held.lastAlarmMs = event.timeMs;
    held.alarmRows += event.count;
    if (verdictOf(event) === "attack") held.verdict = "attack";
    if (event.what === "silence") held.silent.push(event.device);
    if (!held.checks.includes(event.what)) held.checks.push(event.what);
    held.causes[`${event.what} ${event.device}`] = `${event.device}: ${event.what} ${event.code}`.trimEnd();
    addProofs(held, event.entries);
    annotate(held, work.annotations);
    const isNews = before !== stateOf(held) + held.silent.length || known === undefined;
    if (isNews) addLine(held, event.timeMs, `${event.what} ${event.device} ${event.code}`.trimEnd());
    if (held.closed === null && isNews) this.#tell(held, known === undefined ? "opened" : "updated", event.timeMs);
  }

  #resumed(event: DoorEvent): void {
    for (const held of this.#state.cases.filter((known) => known.silent.includes(event.device))) {
      held.silent = held.silent.filter((device) => device !== event.device);
      held.lastAlarmMs = event.timeMs;
      addLine(held, event.timeMs, `${event.device} reports again`);
      const change = held.silent.length === 0 ? returnToNormal(held, event.timeMs) : "updated";
      this.#tell(held, held.closed === null || change === "closed" ? change : undefined, event.timeMs);
    }
  }

  #backfilled(event: DoorEvent): void {
    const held = this.#state.cases.find((known) => known.active && known.door?.key === `suppressed ${event.device}`);
    if (held === undefined) return;
    addProofs(held, event.entries);
    addLine(held, event.timeMs, "the missing frames came");
    this.#tell(held, returnToNormal(held, event.timeMs), event.timeMs);
  }

  #open(origin: Case["origin"], suspect: string, timeMs: number, door: Case["door"]): Case {
    const held = newCase(incidentId(timeMs, suspect, ++this.#state.opened), origin, timeMs, door);
    this.#state.cases.push(held);
    this.#makeRoom(timeMs);
    return held;
  }

  #makeRoom(timeMs: number): void {
    if (this.#state.cases.length <= CASES_MAX) return;
    const oldest = this.#state.cases.find((held) => !held.active) ?? this.#state.cases[0];
    if (oldest === undefined) return;
    if (oldest.closed === null) {
      oldest.closed = { person: "", reason: `more than ${CASES_MAX} incidents are open`, timeMs, expiresMs: null };
      oldest.closedMs = timeMs;
      this.#tell(oldest, "closed", timeMs);
    }
    this.#state.cases = this.#state.cases.filter((held) => held !== oldest);
  }

  #passTime(timeMs: number): void {
    this.#state.nowMs = Math.max(this.#state.nowMs, timeMs);
    for (const held of this.#state.cases) {
      const clockMs = held.origin === "process" ? this.#state.rowMs : this.#state.nowMs;
      const isQuiet = held.silent.length === 0 && clockMs - held.lastAlarmMs > this.#quietMs;
      if (isQuiet) this.#tell(held, returnToNormal(held, clockMs), clockMs);
      this.#tell(held, expire(held, this.#state.nowMs), this.#state.nowMs);
    }
    this.#state.cases = this.#state.cases.filter((held) => held.active || held.closed === null);
  }

  #tell(held: Case, change: Change | undefined, timeMs: number): void {
    if (change !== undefined) this.#events.push({ change, timeMs, incident: incidentOfCase(held, this.#relation) });
  }

  #taken(): readonly IncidentEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
