/**
 * One incident event as one RFC 5424 line, for a SIEM.
 *
 * Names of signals and devices, reasons and persons come from outside. So every value is escaped as section 6.3.3 says,
 * header fields keep to printable ASCII, and no control character or line separator passes: whatever a string holds,
 * the result is one line with the same structure.
 *
 * The structured-data id uses 32473, the enterprise number for documentation (RFC 5612).
 */
import type { IncidentEvent, Priority } from "./incident.ts";

export interface SyslogSender {
  readonly host: string;
  readonly app: string;
  readonly process: string;
}

/** Facility 13, "log audit". */
const FACILITY = 13;
const SEVERITY: Readonly<Record<Priority, number>> = { critical: 2, high: 3, medium: 4, low: 5 };
/** "Notice": for what only says that something is over. */
const SEVERITY_OVER = 5;
const VALUE_CHARACTERS_MAX = 1000;
const NIL = "-";

/** One RFC 5424 line, without a line end. */
export function toSyslog(event: IncidentEvent, sender: SyslogSender): string {
  const { incident, change } = event;
  const isOver = change === "returned" || change === "closed";
  const severity = isOver ? SEVERITY_OVER : SEVERITY[incident.priority];
  const header = [
    `<${FACILITY * 8 + severity}>1`,
    new Date(event.timeMs).toISOString(),
    field(sender.host, 255),
    field(sender.app, 48),
    field(sender.process, 128),
    `incident-${change}`,
  ];
  return `${header.join(" ")} ${structuredData(event)} \u{feff}${plain(`${incident.title}. ${incident.effect}`)}`;
}

function structuredData({ incident, change }: IncidentEvent): string {
  const values: Readonly<Record<string, string>> = {
    id: incident.id,
    change,
    state: incident.state,
    priority: incident.priority,
    verdict: incident.verdict,
    origin: incident.origin,
    since: new Date(incident.sinceMs).toISOString(),
    suspects: incident.suspects.map(({ signal }) => signal).join(";"),
    devices: [...new Set(incident.suspects.map(({ device }) => device))].join(";"),
    techniques: incident.techniques.map(({ id }) => id).join(";"),
    score: incident.scoreMax.toFixed(3),
    proofs: String(incident.proofs.count),
  };
  const pairs = Object.entries(values).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `[twinward@32473 ${pairs.join(" ")}]`;
}

/** A header field: printable ASCII without spaces, or `-`. */
function field(text: string, charactersMax: number): string {
  const kept = text.replace(/[^\x21-\x7e]/g, "_").slice(0, charactersMax);
  return kept === "" ? NIL : kept;
}

/** RFC 5424 section 6.3.3: backslash, quote and closing bracket are escaped. */
function escaped(text: string): string {
  return plain(text).replace(/["\\\]]/g, "\\$&");
}

/** Well-formed UTF-8 without anything that could end a line, move a cursor or turn the reading direction. */
function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "_")
    .slice(0, VALUE_CHARACTERS_MAX)
    .toWellFormed();
}
