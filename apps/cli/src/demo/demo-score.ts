/** What the demo saw, and what it is worth: the last line and the exit code. */
import type { IncidentEvent } from "@twinward/incident";
import { type PlacedScenario, type ScenarioScore, type Score, type SeenIncident, scoreScenarios } from "@twinward/lab";

const HOUR_MS = 3_600_000;
const UNHARMED = new Set<string>(["reorder", "replay-frames"]);

export class SeenIncidents {
  /** Every event: the right name may come with an update, as long as it comes in time. */
  readonly #events: SeenIncident[] = [];
  /** Each incident once, as it stands now. */
  readonly #latest = new Map<string, SeenIncident>();
  /** What the door saw, by device; it accuses no sensor of the process. */
  readonly #door: { readonly raisedMs: number; readonly text: string }[] = [];

  see({ incident, timeMs }: IncidentEvent): void {
    if (incident.origin !== "process") {
      this.#door.push({ raisedMs: timeMs, text: [incident.title, ...incident.causes].join(" ") });
      return;
    }
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
    const played = plan.filter((scenario) => scenario.startMs + scenario.limitHours * HOUR_MS <= lastMs);
    const started = plan.filter((scenario) => scenario.startMs <= lastMs);
    const scenarios = scoreScenarios(played, this.#events).scenarios.map((scored, i) =>
      this.#atDoor(scored, played[i]!),
    );
    const attacks = scenarios.filter(({ kind }) => kind === "attack");
    return {
      scenarios,
      attacks: attacks.length,
      named: attacks.filter(({ passed }) => passed).length,
      nonAttacks: scenarios.length - attacks.length,
      falseIncidents: scoreScenarios(started, [...this.#latest.values()]).falseIncidents,
    };
  }

  /** An attack on frames ends at the door: it is named by the device whose frames the door tells of. */
  #atDoor(scored: ScenarioScore, scenario: PlacedScenario): ScenarioScore {
    const wire = scenario.events.find((event) => event.kind === "wire");
    if (wire?.kind !== "wire") return scored;
    // Frames that arrive in another order, or twice, change nothing: then nobody may be accused.
    if (UNHARMED.has(wire.attack)) return { ...scored, passed: scored.accused.length === 0 };
    const limitMs = scenario.startMs + scenario.limitHours * HOUR_MS;
    const told = this.#door.find(
      ({ raisedMs, text }) => raisedMs >= scenario.startMs && raisedMs <= limitMs && text.includes(wire.device),
    );
    return told === undefined
      ? { ...scored, passed: false }
      : { ...scored, passed: true, delayHours: (told.raisedMs - scenario.startMs) / HOUR_MS };
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
