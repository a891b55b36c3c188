import type { IncidentEvent } from "./incident.ts";

export interface SyslogSender {
  readonly host: string;
  readonly app: string;
  readonly process: string;
}

/** One RFC 5424 line, without a line end. */
export function toSyslog(_event: IncidentEvent, _sender: SyslogSender): string {
  throw new Error("not built yet");
}
