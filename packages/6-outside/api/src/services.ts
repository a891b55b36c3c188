/** What the surface needs from the rooms below; the server wires it. */
import type { Access } from "@twinward/access";
import type { LogReader } from "@twinward/evidence";
import type { AlarmAction, Incident } from "@twinward/incident";
import type { Ingest } from "@twinward/ingest";
import type { Clock, TimeBase } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import type { History, TwinView } from "@twinward/twin";
import type { LiveFeed } from "./live-feed.ts";
import type { Sessions } from "./sessions.ts";

export interface JudgementHealth {
  /** Rows judged since the start of this process. */
  readonly rows: number;
  /** Entries of the log that the judge has not read yet. */
  readonly lagEntries: number;
  /** The judge has stopped: frames are still recorded, nothing is judged. */
  readonly failed: boolean;
}

export interface ApiServices {
  readonly site: Site;
  readonly timeBase: TimeBase;
  readonly clock: Clock;
  readonly log: LogReader;
  readonly access: Access;
  readonly ingest: Ingest;
  readonly sessions: Sessions;
  readonly live: LiveFeed;
  readonly history: History;
  /** Undefined until the first row is judged. */
  readonly twin: () => TwinView | undefined;
  /** Newest first. */
  readonly incidents: () => readonly Incident[];
  /** Durable when it answers. */
  readonly act: (action: AlarmAction) => Promise<void>;
  readonly judgement: () => JudgementHealth;
  /** A checkpoint that somebody outside holds, unchecked. */
  readonly headShown: (note: string) => void;
}
