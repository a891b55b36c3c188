/**
 * Disobedience lasts: an actuator that switched against its logic disobeys until it is put right.
 *
 * The contradiction itself is seen on one row, when the actuator switches; what follows is quiet but not in order. It
 * ends when the actuator returns to the state its logic asked for, or when the deciding level passes the threshold
 * that asks for the state it is in.
 */
import type { LevelControl, Site } from "@twinward/plant";
import type { Part } from "./score.ts";
import type { LogicFinding } from "./testimony.ts";

export interface Contradiction {
  /** Signal number of the status. */
  readonly signal: number;
  /** State reported, and state asked for. */
  readonly measured: number;
  readonly expected: number;
}

const LASTING = new Set(["switched", "threshold"]);

export class Disobedience {
  readonly #site: Site;
  readonly #controls: readonly LevelControl[];
  readonly #open = new Map<number, Contradiction>();

  constructor(site: Site, controls: readonly LevelControl[]) {
    this.#site = site;
    this.#controls = controls;
  }

  /** Signals of actuators that disobey now. */
  get signals(): readonly number[] {
    return [...this.#open.keys()];
  }

  /** @param beyond whether a finding lies beyond its limit */
  step(values: Float64Array, findings: readonly LogicFinding[], beyond: (part: Pick<Part, "signal">) => boolean): void {
    for (const [signal, contradiction] of this.#open) {
      if (values[signal] === contradiction.expected || this.#isInOrder(contradiction, values))
        this.#open.delete(signal);
    }
    for (const { signal, kind, measured, expected } of findings) {
      if (LASTING.has(kind) && beyond({ signal })) this.#open.set(signal, { signal, measured, expected });
    }
  }

  /** The level itself now asks for the state the actuator is in. */
  #isInOrder({ signal, measured }: Contradiction, values: Float64Array): boolean {
    const control = this.#controls.find((each) => each.actuator === this.#site.signals[signal]!.element);
    const level = this.#site.signals.find((each) => each.kind === "level" && each.element === control?.tank);
    if (!control || !level) return true;
    const value = values[level.number]!;
    return measured > 0 ? value < control.onBelow : value > control.offAbove;
  }

  state(): readonly Contradiction[] {
    return [...this.#open.values()];
  }

  restore(state: readonly Contradiction[]): void {
    this.#open.clear();
    for (const contradiction of state) this.#open.set(contradiction.signal, contradiction);
  }
}
