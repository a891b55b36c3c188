/**
 * A case: an incident while the book still holds it, with the evidence gathered so far. `incidentOfCase` turns it into
 * what others see.
 */
import type { Cause, Judgement, Row } from "@twinward/detection";
import { pushBounded } from "./bounded.ts";
import type {
  AlarmAct,
  AlarmState,
  Incident,
  Origin,
  Priority,
  RankedSuspect,
  Technique,
  TimelineLine,
} from "./incident.ts";
import { checkByHand, type Direction, likelyEffect } from "./likely-effect.ts";
import type { Relation } from "./relation.ts";
import { processTechniques } from "./technique.ts";

/** Log indexes kept as proofs: the first and the last half of them. */
export const PROOFS_MAX = 512;
export const TIMELINE_MAX = 64;
const SUSPECTS_SHOWN_MAX = 10;
const ANNOTATIONS_MAX = 16;
/** Signals whose evidence is added up; beyond it the weakest is dropped. */
const WEIGHTS_MAX = 64;
const CAUSES_MAX = 32;

/** Fixed texts of a case that does not come from the plant's values. */
export interface DoorFacts {
  readonly key: string;
  readonly title: string;
  readonly priority: Priority;
  readonly effect: string;
  readonly checkByHand: readonly string[];
  readonly techniques: readonly Technique[];
}

/** Plain data, so that a snapshot is its JSON. */
export interface Case {
  readonly id: string;
  readonly origin: Origin;
  readonly openedMs: number;
  sinceMs: number;
  lastAlarmMs: number;
  closedMs: number | null;
  verdict: "attack" | "undetermined";
  alarmRows: number;
  scoreMax: number;
  active: boolean;
  /** Evidence per signal, added up. */
  weights: Record<string, number>;
  /** Sum of the signs of measured - expected per signal. */
  directions: Record<string, number>;
  alternatives: readonly (readonly string[])[];
  checks: string[];
  /** Newest text per check and signal. */
  causes: Record<string, string>;
  annotations: string[];
  timeline: TimelineLine[];
  proofs: number[];
  proofCount: number;
  acknowledged: AlarmAct | null;
  shelved: AlarmAct | null;
  suppressed: AlarmAct | null;
  closed: AlarmAct | null;
  door: DoorFacts | null;
  /** Devices silent now, for a case of silence. */
  silent: string[];
}

/** `20160904T230000Z-L_T7-3`: start, first suspect, how many were opened before. Safe in URLs and file names. */
export function incidentId(timeMs: number, suspect: string, ordinal: number): string {
  const stamp = new Date(timeMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const name = suspect.replace(/[^A-Za-z0-9_]/g, "_").slice(0, 40);
  return `${stamp}-${name === "" ? "plant" : name}-${ordinal}`;
}

export function newCase(id: string, origin: Origin, timeMs: number, door: DoorFacts | null): Case {
  return {
    id,
    origin,
    openedMs: timeMs,
    sinceMs: timeMs,
    lastAlarmMs: timeMs,
    closedMs: null,
    verdict: "undetermined",
    alarmRows: 0,
    scoreMax: 0,
    active: true,
    weights: {},
    directions: {},
    alternatives: [],
    checks: [],
    causes: {},
    annotations: [],
    timeline: [],
    proofs: [],
    proofCount: 0,
    acknowledged: null,
    shelved: null,
    suppressed: null,
    closed: null,
    door,
    silent: [],
  };
}

/** Adds what one alarmed row says. */
export function addRow(held: Case, row: Row, judgement: Judgement): void {
  held.alarmRows++;
  held.lastAlarmMs = row.timeMs;
  held.scoreMax = Math.max(held.scoreMax, judgement.score);
  if (Number.isFinite(judgement.sinceMs)) held.sinceMs = Math.min(held.sinceMs, judgement.sinceMs);
  if (judgement.verdict === "attack") held.verdict = "attack";
  if (judgement.alternatives.length > 0) held.alternatives = judgement.alternatives;
  for (const { signal, weight } of judgement.suspects) held.weights[signal] = (held.weights[signal] ?? 0) + weight;
  held.weights = strongest(held.weights);
  addCauses(held, judgement.causes);
  addProofs(held, row.entries);
}

export function addCauses(held: Case, causes: readonly Cause[]): void {
  for (const { check, signal, measured, expected, text } of causes) {
    if (!held.checks.includes(check)) held.checks.push(check);
    const key = `${check} ${signal}`;
    if (key in held.causes || Object.keys(held.causes).length < CAUSES_MAX) held.causes[key] = text;
    if (measured !== null && expected !== null) {
      held.directions[signal] = (held.directions[signal] ?? 0) + Math.sign(measured - expected);
    }
  }
}

export function addProofs(held: Case, entries: readonly number[]): void {
  for (const entry of entries) {
    held.proofCount++;
    pushBounded(held.proofs, entry, PROOFS_MAX);
  }
}

export function addLine(held: Case, timeMs: number, text: string, late = false): void {
  pushBounded(held.timeline, { timeMs, text, late }, TIMELINE_MAX);
}

export function annotate(held: Case, lines: readonly string[]): void {
  for (const line of lines) {
    if (!held.annotations.includes(line)) pushBounded(held.annotations, line, ANNOTATIONS_MAX);
  }
}

/** Suspects by their share of all evidence; equal shares in alphabetical order. */
export function suspectsOf(held: Case, relation: Relation): RankedSuspect[] {
  const total = Object.values(held.weights).reduce((sum, weight) => sum + weight, 0);
  return Object.entries(held.weights)
    .map(([signal, weight]) => ({ signal, device: relation.device(signal), share: total > 0 ? weight / total : 0 }))
    .sort((a, b) => b.share - a.share || (a.signal < b.signal ? -1 : 1))
    .slice(0, SUSPECTS_SHOWN_MAX);
}

export function incidentOfCase(held: Case, relation: Relation): Incident {
  const suspects = suspectsOf(held, relation);
  const told = held.door ?? processTexts(held, suspects, relation);
  return {
    id: held.id,
    origin: held.origin,
    title: told.title,
    state: stateOf(held),
    priority: told.priority,
    verdict: held.verdict,
    quarantine: held.origin === "quarantine",
    openedMs: held.openedMs,
    sinceMs: held.sinceMs,
    lastAlarmMs: held.lastAlarmMs,
    closedMs: held.closedMs,
    alarmRows: held.alarmRows,
    scoreMax: held.scoreMax,
    suspects,
    alternatives: held.alternatives,
    checks: [...held.checks],
    causes: Object.values(held.causes),
    effect: told.effect,
    checkByHand: told.checkByHand,
    techniques: told.techniques,
    annotations: [...held.annotations],
    timeline: [...held.timeline],
    acknowledged: held.acknowledged,
    shelved: held.shelved,
    suppressed: held.suppressed,
    closed: held.closed,
    proofs: { entries: [...held.proofs], count: held.proofCount },
  };
}

export function stateOf(held: Case): AlarmState {
  if (held.closed !== null) return "closed";
  if (held.suppressed !== null) return "suppressed";
  if (held.shelved !== null) return "shelved";
  if (!held.active) return "returned";
  return held.acknowledged === null ? "unacknowledged" : "acknowledged";
}

function processTexts(held: Case, suspects: readonly RankedSuspect[], relation: Relation): Omit<DoorFacts, "key"> {
  const first = suspects[0]?.signal ?? "";
  const signal = relation.signal(first);
  const isControlInput = signal?.kind === "level" && relation.actuatorsOf(signal.element).length > 0;
  const attack = held.verdict === "attack";
  const named = first === "" ? "no signal named" : first;
  return {
    title: attack ? `Manipulation suspected: ${named}` : `Readings contradict each other: ${named} suspected first`,
    priority: attack ? (isControlInput ? "critical" : "high") : "medium",
    effect: likelyEffect(signal, directionOf(held.directions[first]), relation),
    checkByHand: checkByHand(signal, suspects[0]?.device ?? "", relation),
    techniques: processTechniques({
      kind: signal?.kind,
      checks: held.checks,
      witnesses: Object.keys(held.causes).length,
      verdict: held.verdict,
      isControlInput,
    }),
  };
}

function directionOf(sum: number | undefined): Direction {
  if (sum === undefined || sum === 0) return "unknown";
  return sum > 0 ? "above" : "below";
}

function strongest(weights: Record<string, number>): Record<string, number> {
  const entries = Object.entries(weights);
  if (entries.length <= WEIGHTS_MAX) return weights;
  return Object.fromEntries(entries.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, WEIGHTS_MAX));
}
