/** An incident as the API shows it: times as ISO 8601, proofs as links. */
import type { AlarmAct, Incident } from "@twinward/incident";
import type { Incident as IncidentDocument } from "./contract.ts";
import { isoOf, isoTime } from "./iso-time.ts";

export function incidentDocument(incident: Incident): IncidentDocument {
  const { openedMs, sinceMs, lastAlarmMs, closedMs, timeline, proofs, ...told } = incident;
  return {
    ...told,
    suspects: [...told.suspects],
    alternatives: told.alternatives.map((signals) => [...signals]),
    checks: [...told.checks],
    causes: [...told.causes],
    checkByHand: [...told.checkByHand],
    techniques: [...told.techniques],
    annotations: [...told.annotations],
    opened: isoTime(openedMs),
    since: isoTime(sinceMs),
    lastAlarm: isoTime(lastAlarmMs),
    ended: isoOf(closedMs),
    timeline: timeline.map(({ timeMs, text, late }) => ({ time: isoTime(timeMs), text, late })),
    acknowledged: actDocument(told.acknowledged),
    shelved: actDocument(told.shelved),
    suppressed: actDocument(told.suppressed),
    closed: actDocument(told.closed),
    proofs: {
      entries: [...proofs.entries],
      count: proofs.count,
      links: proofs.entries.map((entry) => `/v1/proofs/${entry}`),
    },
  };
}

function actDocument(act: AlarmAct | null): IncidentDocument["closed"] {
  if (act === null) return null;
  const { person, reason, timeMs, expiresMs } = act;
  return { person, reason, time: isoTime(timeMs), expires: isoOf(expiresMs) };
}
