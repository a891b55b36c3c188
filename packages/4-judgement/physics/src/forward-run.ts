/**
 * The twin run forward from one sample to the next: tanks fill and empty, the controller switches, without looking at
 * any measurement in between.
 *
 * A real controller acts at its next scan, so the moment of a switch is known only to within that scan: the run takes
 * the delay as an argument, and the caller runs it at both ends and takes the difference as uncertainty.
 * Between solves levels move in straight lines (Euler, as EPANET itself does).
 */
import type { CompiledControl } from "./meter.ts";
import type { WaterNetwork } from "./network.ts";

export interface ForwardStart {
  readonly levels: Float64Array;
  readonly statuses: Float64Array;
  readonly speeds: Float64Array;
  /** Demands at the start and at the end; in between they move in a straight line. */
  readonly demandsFrom: Float64Array;
  readonly demandsTo: Float64Array;
  /** Places of actuators that stay as they are whatever the logic says (they already disobey it). */
  readonly held: ReadonlySet<number>;
}

export interface ForwardTiming {
  readonly periodMs: number;
  readonly stepMs: number;
  /** How long after a crossing the controller acts. */
  readonly delayMs: number;
}

export interface ForwardEnd {
  readonly levels: Float64Array;
  readonly statuses: Float64Array;
  /** True when a level asked for a switch on the way. */
  readonly switched: boolean;
}

/** Shortest step, seconds: events closer than this are one event. */
const STEP_SECONDS_MIN = 5;
/** Litres in a cubic metre. */
const LITRES = 1000;
const LEVEL_TOLERANCE = 1e-6;

export function runForward(
  network: WaterNetwork,
  controls: readonly CompiledControl[],
  start: ForwardStart,
  timing: ForwardTiming,
): ForwardEnd {
  return new Run(network, controls, start, timing).toEnd();
}

class Run {
  readonly #network: WaterNetwork;
  readonly #controls: readonly CompiledControl[];
  readonly #start: ForwardStart;
  readonly #end: number;
  readonly #step: number;
  readonly #delay: number;
  readonly #levels: Float64Array;
  readonly #statuses: Float64Array;
  readonly #demands: Float64Array;
  readonly #rates: Float64Array;
  readonly #nothing = new Float64Array(0);
  /** Seconds at which an actuator will change, by its place. */
  readonly #pending = new Map<number, number>();
  #switched = false;
  #now = 0;

  constructor(network: WaterNetwork, controls: readonly CompiledControl[], start: ForwardStart, timing: ForwardTiming) {
    this.#network = network;
    this.#controls = controls.filter((control) => !start.held.has(control.actuator));
    this.#start = start;
    this.#end = timing.periodMs / 1000;
    this.#step = timing.stepMs / 1000;
    this.#delay = timing.delayMs / 1000;
    this.#levels = start.levels.slice();
    this.#statuses = start.statuses.slice();
    this.#demands = start.demandsFrom.slice();
    this.#rates = new Float64Array(network.tanks.length);
  }

  toEnd(): ForwardEnd {
    while (this.#now < this.#end) {
      this.#control();
      this.#solve();
      const step = this.#nextStep();
      this.#network.tanks.forEach((tank, place) => {
        const level = this.#levels[place]! + this.#rates[place]! * step;
        this.#levels[place] = Math.min(tank.maxLevel, Math.max(tank.minLevel, level));
      });
      this.#now += step;
    }
    this.#control();
    return { levels: this.#levels, statuses: this.#statuses, switched: this.#switched };
  }

  /** Notes crossings, and carries out those whose delay is over. */
  #control(): void {
    for (const control of this.#controls) {
      const wanted = wantedBy(control, this.#levels[control.tank]!);
      if (wanted === undefined || wanted === this.#statuses[control.actuator]) continue;
      this.#switched = true;
      if (!this.#pending.has(control.actuator)) this.#pending.set(control.actuator, this.#now + this.#delay);
    }
    for (const [actuator, due] of this.#pending) {
      if (due > this.#now + 1e-9) continue;
      this.#statuses[actuator] = 1 - this.#statuses[actuator]!;
      this.#pending.delete(actuator);
    }
  }

  #solve(): void {
    const part = this.#now / this.#end;
    for (let i = 0; i < this.#demands.length; i += 1) {
      this.#demands[i] = this.#start.demandsFrom[i]! * (1 - part) + this.#start.demandsTo[i]! * part;
    }
    const state = {
      levels: this.#levels,
      statuses: this.#statuses,
      speeds: this.#start.speeds,
      demands: this.#demands,
    };
    this.#network.solve(state, [], this.#nothing, this.#rates);
    this.#network.tanks.forEach((tank, place) => {
      this.#rates[place]! /= LITRES * tank.area;
    });
  }

  /** Up to the next crossing, switch, full or empty tank, or the regular step. */
  #nextStep(): number {
    const left = this.#end - this.#now;
    let step = Math.min(this.#step, left);
    for (const due of this.#pending.values()) step = Math.min(step, due - this.#now);
    this.#network.tanks.forEach((tank, place) => {
      const rate = this.#rates[place]!;
      const limit = rate > 0 ? tank.maxLevel : tank.minLevel;
      step = sooner(step, this.#levels[place]!, limit, rate);
    });
    for (const control of this.#controls) {
      const rate = this.#rates[control.tank]!;
      const threshold = rate > 0 ? control.offAbove : control.onBelow;
      const changes = this.#statuses[control.actuator] === (rate > 0 ? 1 : 0) && !this.#pending.has(control.actuator);
      if (changes) step = sooner(step, this.#levels[control.tank]!, threshold, rate);
    }
    return Math.min(left, Math.max(STEP_SECONDS_MIN, step));
  }
}

/** The state a control asks for at a level, or undefined between its thresholds. */
export function wantedBy(control: CompiledControl, level: number): 0 | 1 | undefined {
  if (level <= control.onBelow + LEVEL_TOLERANCE) return 1;
  return level >= control.offAbove - LEVEL_TOLERANCE ? 0 : undefined;
}

/** The step, or the time to reach `target` when that is sooner; already there counts as never. */
function sooner(step: number, level: number, target: number, rate: number): number {
  if (Math.abs(rate) < 1e-12) return step;
  const time = (target - level) / rate;
  return time > 1e-6 && time < step ? time : step;
}
