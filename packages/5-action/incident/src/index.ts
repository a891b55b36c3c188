/** From findings to alarms and incidents: one physical cause, one incident. */
export type {
  AlarmAct,
  AlarmAction,
  AlarmState,
  Change,
  Incident,
  IncidentEvent,
  Origin,
  Priority,
  Proofs,
  RankedSuspect,
  Technique,
  TimelineLine,
} from "./incident.ts";
export { type BookOptions, IncidentBook } from "./incident-book.ts";
export { actionDraft, incidentDraft, incidentEventOf, incidentOf } from "./incident-entry.ts";
export { type SyslogSender, toSyslog } from "./syslog.ts";
