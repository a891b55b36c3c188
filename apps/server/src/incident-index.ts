/** The incidents of a site, newest first, as the log's `incident` entries tell them. Derived: made anew at each start. */
import type { LogReader } from "@twinward/evidence";
import { type Incident, incidentOf } from "@twinward/incident";

const INCIDENTS_KEPT_MAX = 2_000;
const ENTRIES_PER_READ = 500;

export class IncidentIndex {
  readonly #byId = new Map<string, Incident>();

  static of(log: LogReader): IncidentIndex {
    const index = new IncidentIndex();
    for (let from = 0; ; ) {
      const entries = log.entries(from, ENTRIES_PER_READ, ["incident"]);
      for (const entry of entries) {
        const body = log.body(entry.index);
        if (body instanceof Uint8Array) index.put(incidentOf(entry, body));
      }
      const last = entries.at(-1);
      if (last === undefined) return index;
      from = last.index + 1;
    }
  }

  put(incident: Incident): void {
    // Deleted first, so that the newest change is the last in the map's order.
    this.#byId.delete(incident.id);
    this.#byId.set(incident.id, incident);
    for (const id of this.#byId.keys()) {
      if (this.#byId.size <= INCIDENTS_KEPT_MAX) break;
      this.#byId.delete(id);
    }
  }

  /** By the time they were opened, newest first. */
  list(): Incident[] {
    return [...this.#byId.values()].sort((left, right) => right.openedMs - left.openedMs);
  }
}
