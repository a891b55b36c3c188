/** All that the incident book remembers between two calls: plain data, so that a snapshot is its JSON. */
import type { Case } from "./case.ts";
import type { RefusalCounter } from "./door-case.ts";
import type { Work } from "./planned-work.ts";

export interface BookState {
  cases: Case[];
  works: readonly Work[];
  refusals: RefusalCounter[];
  /** Incidents opened so far; part of their ids. */
  opened: number;
  /** Newest row time, and newest time of anything. */
  rowMs: number;
  nowMs: number;
  /** Alarmed rows in a row that pointed away from every active incident. */
  rivalRows: number;
}

export function emptyBook(): BookState {
  return { cases: [], works: [], refusals: [], opened: 0, rowMs: 0, nowMs: 0, rivalRows: 0 };
}
