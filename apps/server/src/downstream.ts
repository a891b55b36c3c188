/** What stands above the judge in the worker: incidents and the twin, fed row by row. */
import type { AlignedRow, DoorEvent, Downstream, Judgement, LateFinding } from "@twinward/detection";
import type { EntryDraft, LogEntry } from "@twinward/evidence";
import { IncidentBook, type IncidentEvent, incidentDraft } from "@twinward/incident";
import type { Site } from "@twinward/plant";
import { TwinState, type TwinView } from "@twinward/twin";

export class IncidentsAndTwin implements Downstream {
  readonly #book: IncidentBook;
  readonly #twin: TwinState;
  #events: IncidentEvent[] = [];

  constructor(site: Site) {
    this.#book = new IncidentBook(site);
    this.#twin = new TwinState(site);
  }

  onRow(row: AlignedRow, judgement: Judgement): readonly EntryDraft[] {
    this.#twin.step(row, judgement);
    return this.#drafts(this.#book.step(row, judgement));
  }

  onLate(findings: readonly LateFinding[]): readonly EntryDraft[] {
    return this.#drafts(this.#book.late(findings));
  }

  onEvent(event: DoorEvent): readonly EntryDraft[] {
    return this.#drafts(this.#book.door(event));
  }

  onEntry(entry: LogEntry): readonly EntryDraft[] {
    return this.#drafts(this.#book.learn(entry));
  }

  snapshot(): { readonly [name: string]: Uint8Array } {
    return { incidents: this.#book.snapshot(), twin: this.#twin.snapshot() };
  }

  restore(state: (name: string) => Uint8Array | undefined): void {
    const incidents = state("incidents");
    const twin = state("twin");
    if (incidents !== undefined) this.#book.restore(incidents);
    if (twin !== undefined) this.#twin.restore(twin);
  }

  /** What happened before the restart was told then. */
  onReplayed(): void {
    this.#events = [];
  }

  view(): TwinView {
    return this.#twin.view();
  }

  /** The events since the last call. */
  takeEvents(): IncidentEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #drafts(events: readonly IncidentEvent[]): EntryDraft[] {
    this.#events.push(...events);
    return events.map(incidentDraft);
  }
}
