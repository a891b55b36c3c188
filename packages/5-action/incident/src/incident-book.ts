import type { AlignedRow, DoorEvent, Judgement, LateFinding } from "@twinward/detection";
import type { LogEntry } from "@twinward/evidence";
import type { Site } from "@twinward/plant";
import type { Incident, IncidentEvent } from "./incident.ts";

export interface BookOptions {
  /** An alarm that stays away for longer has returned; a later one is another incident. Default 12 sample periods. */
  readonly quietMs?: number;
}

export class IncidentBook {
  constructor(_site: Site, _options: BookOptions = {}) {}
  step(_row: AlignedRow, _judgement: Judgement): readonly IncidentEvent[] {
    throw new Error("not built yet");
  }
  late(_findings: readonly LateFinding[]): readonly IncidentEvent[] {
    throw new Error("not built yet");
  }
  door(_event: DoorEvent): readonly IncidentEvent[] {
    throw new Error("not built yet");
  }
  /** Entries of kind `notice`, `mode` and `alarm-action`. */
  learn(_entry: LogEntry): readonly IncidentEvent[] {
    throw new Error("not built yet");
  }
  /** Not closed yet, newest first. */
  open(): readonly Incident[] {
    throw new Error("not built yet");
  }
  incident(_id: string): Incident | undefined {
    throw new Error("not built yet");
  }
  snapshot(): Uint8Array {
    throw new Error("not built yet");
  }
  restore(_snapshot: Uint8Array): void {
    throw new Error("not built yet");
  }
}
