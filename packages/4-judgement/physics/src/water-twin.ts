/**
 * The water twin: what should every signal read now, said three ways (see `expectation.ts`), one row at a time.
 */
import type { Site } from "@twinward/plant";
import type { WaterExpectation } from "./expectation.ts";
import type { WaterParameters } from "./parameters.ts";

export interface AssessOptions {
  /** Pumps whose speed is unknown in this assessment (element ids), to test "it runs off its curve". */
  readonly freeSpeeds?: readonly string[];
}

export class WaterTwin {
  /** Ids of tanks, in the order of `openLoopMs`. */
  readonly tanks: readonly string[] = [];
  /** Ids of pumps and switched valves. */
  readonly actuators: readonly string[] = [];
  readonly districts: readonly string[] = [];

  /** Opens the site's model. Throws MODEL_REFUSED, or WATER_PARAMETERS when they belong to another site. */
  static open(_site: Site, _parameters?: WaterParameters): Promise<WaterTwin> {
    throw new Error("being written");
  }

  /**
   * Assesses a row and moves on to it. `trusted[i]` is 1 when signal i may be believed; NaN counts as untrusted.
   * Untrusted levels run open-loop (forecast corrected by flows and pressures), untrusted flows and pressures are
   * left out of the fit, untrusted statuses come from their own flow or the control logic.
   */
  step(_timeMs: number, _values: Float64Array, _trusted: Uint8Array, _options?: AssessOptions): WaterExpectation {
    throw new Error("being written");
  }

  /** The same without moving on: to ask "and if this signal were lying?" as often as one likes before `step`. */
  assess(_timeMs: number, _values: Float64Array, _trusted: Uint8Array, _options?: AssessOptions): WaterExpectation {
    throw new Error("being written");
  }

  /** All state, deterministic bytes. */
  snapshot(): Uint8Array {
    throw new Error("being written");
  }

  restore(_snapshot: Uint8Array): void {
    throw new Error("being written");
  }
}
