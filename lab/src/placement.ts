/**
 * What a scenario is, before and after it has a time and a target.
 *
 * `targets` are the signals that lie or the actuators that disobey, as the judge should name them.
 */
import type { Chance } from "@twinward/kernel";
import type { Notice } from "@twinward/plant";
import type { PlantEvent } from "./event.ts";
import type { LabSite } from "./lab-site.ts";
import type { Tank } from "./tank.ts";

export const HOUR_MS = 3_600_000;

/** What a scenario does once its time and its target are known. */
export interface Placement {
  readonly targets: readonly string[];
  readonly events: readonly PlantEvent[];
  readonly notices?: readonly Notice[];
}

export interface PlacementContext {
  readonly site: LabSite;
  readonly chance: Chance;
  readonly startMs: number;
  readonly endMs: number;
  /** The tank to strike. */
  readonly tank: Tank;
}

export interface Scenario {
  readonly name: string;
  readonly kind: "attack" | "non-attack";
  /** Whether the frames that carry it have a valid signature. */
  readonly signature: "valid" | "invalid";
  readonly durationHours: number;
  readonly limitHours: number;
  /** What should be found, in one sentence. */
  readonly expectation: string;
  place(context: PlacementContext): Placement;
}

export interface PlacedScenario extends Omit<Scenario, "place">, Required<Placement> {
  readonly startMs: number;
  readonly endMs: number;
}
