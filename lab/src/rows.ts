/**
 * Rows of data with their truth and labels: what training, tuning and scoring read.
 *
 * A row is labelled 1 while an attack goes on and has had an effect: a lie of more than the
 * signal's accuracy, or an actuator that does what honest control would not.
 */
import type { PlacedScenario } from "./placement.ts";
import { openPlant, type SimulationOptions, type Step } from "./simulate.ts";

export interface RowOptions extends Omit<SimulationOptions, "events"> {
  readonly plan?: readonly PlacedScenario[];
}

export interface Row extends Step {
  readonly label: 0 | 1;
  /** Names of scenarios of any kind that are active and have had an effect. */
  readonly scenarios: readonly string[];
}

export async function* generateRows(options: RowOptions): AsyncGenerator<Row> {
  const plan = options.plan ?? [];
  const owners = plan.flatMap((scenario) => scenario.events.map(() => scenario));
  const plant = await openPlant({ ...options, events: plan.flatMap((scenario) => scenario.events) });
  try {
    for (const step of plant.steps()) {
      const acting = step.effective.map((i) => owners[i]!);
      const label = acting.some(({ kind }) => kind === "attack") ? 1 : 0;
      yield { ...step, label, scenarios: [...new Set(acting.map(({ name }) => name))] };
    }
  } finally {
    plant.close();
  }
}
