/**
 * The life of an alarm, after ANSI/ISA-18.2 section 5: unacknowledged, acknowledged, returned, shelved, suppressed by
 * design, closed; each step with a person, a reason and, where it hides something, an end.
 *
 * Invariant: nothing stays hidden for ever by a shelf: it ends after SHELVED_MS_MAX at the latest.
 */
import type { LogEntry } from "@twinward/evidence";
import { addLine, type Case } from "./case.ts";
import type { AlarmAct, AlarmAction, Change } from "./incident.ts";

/** One week. */
export const SHELVED_MS_MAX = 7 * 24 * 3_600_000;
const TEXT_CHARACTERS_MAX = 500;
const ACTIONS: readonly string[] = ["acknowledge", "shelve", "unshelve", "suppress", "unsuppress", "close"];
const RETURNED = { person: "", reason: "the condition has returned to normal", expiresMs: null } as const;

/** Reads an `alarm-action` entry; undefined when it is none that we know. */
export function actionOf(entry: LogEntry): AlarmAction | undefined {
  const { incident, action, person, reason, expires } = entry.facts;
  if (typeof incident !== "string" || typeof action !== "string" || !ACTIONS.includes(action)) return undefined;
  return {
    incident,
    action: action as AlarmAction["action"],
    person: typeof person === "string" ? person.slice(0, TEXT_CHARACTERS_MAX) : "",
    reason: typeof reason === "string" ? reason.slice(0, TEXT_CHARACTERS_MAX) : "",
    expiresMs: typeof expires === "number" ? expires : null,
  };
}

/** Applies what a person asked for; undefined when it changes nothing. */
export function act(held: Case, action: AlarmAction, timeMs: number): Change | undefined {
  if (held.closed !== null) return undefined;
  const { person, reason } = action;
  const done: AlarmAct = { person, reason, timeMs, expiresMs: null };
  const limitMs = timeMs + SHELVED_MS_MAX;
  if (action.action === "acknowledge") {
    if (held.acknowledged !== null) return undefined;
    held.acknowledged = done;
  } else if (action.action === "shelve") {
    held.shelved = { ...done, expiresMs: Math.min(action.expiresMs ?? limitMs, limitMs) };
  } else if (action.action === "suppress") held.suppressed = { ...done, expiresMs: action.expiresMs };
  else if (action.action === "close") held.closed = done;
  else if (action.action === "unshelve" && held.shelved !== null) held.shelved = null;
  else if (action.action === "unsuppress" && held.suppressed !== null) held.suppressed = null;
  else return undefined;
  addLine(held, timeMs, `${action.action} by ${person}: ${reason}`);
  if (held.closed !== null) held.closedMs = timeMs;
  return held.closed !== null ? "closed" : (closeWhenOver(held, timeMs) ?? "updated");
}

/** The condition is gone. */
export function returnToNormal(held: Case, timeMs: number): Change | undefined {
  if (!held.active) return undefined;
  held.active = false;
  if (held.closed !== null) return undefined;
  addLine(held, timeMs, "the condition has returned to normal");
  return closeWhenOver(held, timeMs) ?? "returned";
}

/** Shelves and suppressions end by themselves. */
export function expire(held: Case, timeMs: number): Change | undefined {
  const over = (act: AlarmAct | null) => act?.expiresMs !== null && act !== null && act.expiresMs <= timeMs;
  if (!over(held.shelved) && !over(held.suppressed)) return undefined;
  if (over(held.shelved)) held.shelved = null;
  if (over(held.suppressed)) held.suppressed = null;
  if (held.closed !== null) return undefined;
  addLine(held, timeMs, "no longer hidden: its time is over");
  return closeWhenOver(held, timeMs) ?? "updated";
}

function closeWhenOver(held: Case, timeMs: number): Change | undefined {
  if (held.active || held.acknowledged === null || held.shelved !== null || held.suppressed !== null) return undefined;
  held.closed = { ...RETURNED, timeMs };
  held.closedMs = timeMs;
  return "closed";
}
