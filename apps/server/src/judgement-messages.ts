/** What the judgement worker and the process that owns the log say to each other. */
import type { AtomicGroup } from "@twinward/evidence";
import type { IncidentEvent } from "@twinward/incident";
import type { Site } from "@twinward/plant";
import type { TwinView } from "@twinward/twin";

export interface JudgementOrder {
  readonly dataDir: string;
  readonly site: Site;
  /** Canonical bytes of the frozen model. */
  readonly model: Uint8Array;
  readonly code: string;
}

export type ToWorker =
  /** The log holds something new. */
  | { readonly type: "grown" }
  /** The last group is durable. */
  | { readonly type: "appended" };

export type FromWorker =
  | {
      readonly type: "group";
      readonly group: AtomicGroup;
      readonly rows: number;
      readonly view: TwinView;
      readonly events: readonly IncidentEvent[];
    }
  /** What was believed when the last process stopped; the first message, once the log has been caught up with. */
  | { readonly type: "restored"; readonly view: TwinView }
  /** Everything up to this log size has been read. */
  | { readonly type: "idle"; readonly size: number };
