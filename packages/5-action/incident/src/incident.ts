/**
 * An incident: everything known about one physical cause, as the API, the console and the log show it.
 * Times are Unix milliseconds.
 */

/** `process`: the plant's values contradict each other. `door`: the way in saw something (silence, refusals, forks). */
export type Origin = "process" | "door" | "quarantine";

/** ISA-18.2 alarm states, as one word. */
export type AlarmState =
  /** Condition present, nobody has acknowledged. */
  | "unacknowledged"
  /** Condition present, somebody knows. */
  | "acknowledged"
  /** Condition gone, nobody has acknowledged. */
  | "returned"
  /** Hidden by a person until `expiresMs`. */
  | "shelved"
  /** Hidden by design: an operating mode or a notice explains it. */
  | "suppressed"
  | "closed";

export type Priority = "critical" | "high" | "medium" | "low";

export interface RankedSuspect {
  readonly signal: string;
  readonly device: string;
  /** Share of all evidence so far, 0 to 1. */
  readonly share: number;
}

export interface TimelineLine {
  readonly timeMs: number;
  readonly text: string;
  /** Made from readings that came too late for their row. */
  readonly late: boolean;
}

/** Who did what to the alarm, why, and until when. */
export interface AlarmAct {
  readonly person: string;
  readonly reason: string;
  readonly timeMs: number;
  /** For shelving: when it ends by itself. */
  readonly expiresMs: number | null;
}

export interface Technique {
  /** MITRE ATT&CK for ICS id, e.g. `T0856`. */
  readonly id: string;
  readonly name: string;
}

/** Log indexes of the frames it rests on: all of them, or the first and last PROOFS_MAX / 2. */
export interface Proofs {
  readonly entries: readonly number[];
  readonly count: number;
}

export interface Incident {
  readonly id: string;
  readonly origin: Origin;
  readonly title: string;
  readonly state: AlarmState;
  readonly priority: Priority;
  readonly verdict: "attack" | "undetermined";
  /** Made from quarantined or refused frames: left out of recomputation. */
  readonly quarantine: boolean;
  readonly openedMs: number;
  /** Since when the cause is present, as far as the judge can tell; at most `openedMs`. */
  readonly sinceMs: number;
  readonly lastAlarmMs: number;
  readonly closedMs: number | null;
  readonly alarmRows: number;
  readonly scoreMax: number;
  readonly suspects: readonly RankedSuspect[];
  /** Other sets of signals, of equal or smaller size, that explain the same data. */
  readonly alternatives: readonly (readonly string[])[];
  /** Names of the checks that spoke. */
  readonly checks: readonly string[];
  readonly causes: readonly string[];
  readonly effect: string;
  readonly checkByHand: readonly string[];
  readonly techniques: readonly Technique[];
  /** Operating modes and notices in force. */
  readonly annotations: readonly string[];
  readonly timeline: readonly TimelineLine[];
  readonly acknowledged: AlarmAct | null;
  readonly shelved: AlarmAct | null;
  readonly suppressed: AlarmAct | null;
  readonly closed: AlarmAct | null;
  readonly proofs: Proofs;
}

export type Change = "opened" | "updated" | "returned" | "closed";

export interface IncidentEvent {
  readonly change: Change;
  /** When it happened in the plant's time. */
  readonly timeMs: number;
  readonly incident: Incident;
}

/** What an operator may ask for; written into the log as `alarm-action` facts. */
export interface AlarmAction {
  readonly incident: string;
  readonly action: "acknowledge" | "shelve" | "unshelve" | "suppress" | "unsuppress" | "close";
  readonly person: string;
  readonly reason: string;
  /** For shelving and suppressing; Unix milliseconds. */
  readonly expiresMs: number | null;
}
