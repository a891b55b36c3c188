/** What the demo saw, and what it is worth: the last line and the exit code. */
import type { IncidentEvent } from "@twinward/incident";
import { type PlacedScenario, type Score, type SeenIncident, scoreScenarios } from "@twinward/lab";

export class SeenIncidents {
  /** Every event: the right name may come with an update, as long as it comes in time. */
  readonly #events: SeenIncident[] = [];
  /** Each incident once, as it stands now. */
  readonly #latest = new Map<string, SeenIncident>();

  see({ incident, timeMs }: IncidentEvent): void {
    // The door's own findings (silence, refused frames) accuse no sensor of the process.
    if (incident.origin !== "process") return;
    const suspects = incident.suspects.map((suspect) => suspect.signal);
    this.#events.push({ raisedMs: timeMs, suspects, verdict: incident.verdict });
    this.#latest.set(incident.id, { raisedMs: incident.openedMs, suspects, verdict: incident.verdict });
  }

  /** Incidents about the process so far. */
  get count(): number {
    return this.#latest.size;
  }

  /** Only scenarios whose limit has passed count. */
  score(plan: readonly PlacedScenario[], lastMs: number): Score {
    const played = plan.filter((scenario) => scenario.startMs + scenario.limitHours * 3_600_000 <= lastMs);
    const named = scoreScenarios(played, this.#events);
    const incidents = scoreScenarios(
      plan.filter((scenario) => scenario.startMs <= lastMs),
      [...this.#latest.values()],
    );
    return { ...named, falseIncidents: incidents.falseIncidents };
  }
}

export interface Summary {
  readonly scenarios: Score["scenarios"];
  readonly attacks: number;
  readonly named: number;
  readonly delayHours: readonly (number | null)[];
  readonly nonAttacks: number;
  readonly falseIncidents: number;
  readonly frames: number;
  readonly readings: number;
  readonly logKey: string;
  readonly checkpoint: string;
}

export function summaryOf(
  score: Score,
  log: { readonly verifierKey: string; checkpoint(): string },
  sent: { readonly frames: number; readonly readings: number },
): Summary {
  const attacks = score.scenarios.filter((scenario) => scenario.kind === "attack");
  return {
    scenarios: score.scenarios,
    attacks: score.attacks,
    named: score.named,
    delayHours: attacks.map((attack) => attack.delayHours ?? null),
    nonAttacks: score.nonAttacks,
    falseIncidents: score.falseIncidents,
    frames: sent.frames,
    readings: sent.readings,
    logKey: log.verifierKey,
    checkpoint: log.checkpoint(),
  };
}

/** Every attack named in time, no non-attack accused, and at least one of each. */
export function isPassed(score: Score): boolean {
  return score.attacks > 0 && score.nonAttacks > 0 && score.scenarios.every((scenario) => scenario.passed);
}
