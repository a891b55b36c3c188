import type { EntryDraft, LogEntry } from "@twinward/evidence";
import type { AlarmAction, Incident, IncidentEvent } from "./incident.ts";

/** The `incident` entry of an event. */
export function incidentDraft(_event: IncidentEvent): EntryDraft {
  throw new Error("not built yet");
}

/** The incident as it stood at that entry. */
export function incidentOf(_entry: LogEntry, _body: Uint8Array): Incident {
  throw new Error("not built yet");
}

/** The `alarm-action` entry that asks for it. */
export function actionDraft(_action: AlarmAction): EntryDraft {
  throw new Error("not built yet");
}
