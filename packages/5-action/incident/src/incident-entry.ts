/**
 * The `incident` entry: one change of one incident, complete, so that the newest entry tells all of it.
 *
 * Log indexes (the proofs) stand in the facts and not in the body: where an entry lies in the log depends on when
 * others were appended between, and the body must not.
 */
import { decodeJson, encodeJson } from "@twinward/detection";
import type { EntryDraft, LogEntry } from "@twinward/evidence";
import { sha256, toHex } from "@twinward/kernel";
import type { AlarmAction, Incident, IncidentEvent } from "./incident.ts";

const FACT_SUSPECTS_MAX = 16;

/** The `incident` entry of an event. */
export function incidentDraft(event: IncidentEvent): EntryDraft {
  const { proofs, ...told } = event.incident;
  const body = encodeJson({ v: 1, change: event.change, timeMs: event.timeMs, incident: told });
  const { id, origin, state, priority, verdict, quarantine, suspects } = told;
  return {
    kind: "incident",
    facts: {
      id,
      change: event.change,
      time: event.timeMs,
      origin,
      state,
      priority,
      verdict,
      quarantine,
      suspects: suspects.slice(0, FACT_SUSPECTS_MAX).map(({ signal }) => signal),
      proofs: [...proofs.entries],
      proofCount: proofs.count,
      result: toHex(sha256(body)),
    },
    body,
  };
}

/** The change that entry tells of, with the incident as it stood then. */
export function incidentEventOf(entry: LogEntry, body: Uint8Array): IncidentEvent {
  const { change, timeMs, incident } = decodeJson<IncidentEvent>(body);
  const { proofs, proofCount } = entry.facts;
  const entries = Array.isArray(proofs) ? proofs.filter((index) => typeof index === "number") : [];
  const count = typeof proofCount === "number" ? proofCount : entries.length;
  return { change, timeMs, incident: { ...incident, proofs: { entries, count } } };
}

/** The incident as it stood at that entry. */
export function incidentOf(entry: LogEntry, body: Uint8Array): Incident {
  return incidentEventOf(entry, body).incident;
}

/** The `alarm-action` entry that asks for it. */
export function actionDraft(action: AlarmAction): EntryDraft {
  const { incident, person, reason, expiresMs } = action;
  return { kind: "alarm-action", facts: { incident, action: action.action, person, reason, expires: expiresMs } };
}
