/**
 * The twin run forward from one sample to the next: tanks fill and empty, the controller switches, without looking at
 * any measurement in between.
 *
 * A real controller acts at its next scan and a level is known only so well, so the moment of a switch is a span, not
 * a point. The run switches at the earliest moment and notes for each switch how long it may have been late and what
 * it changed: whoever asked turns that into a mean and an uncertainty without another run.
 * Between solves levels move in straight lines (Euler, as EPANET itself does).
 */
import type { CompiledControl } from "./meter.ts";
import type { WaterNetwork } from "./network.ts";

export interface ForwardStart {
  readonly levels: Float64Array;
  /** Doubt about each level, metres: a threshold is met at the earliest when a level is this near. */
  readonly doubts: readonly number[];
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
  /** How long after a crossing the controller acts at the latest. */
  readonly scanMs: number;
}

/** One switch on the way. */
export interface Switch {
  readonly actuator: number;
  /** How much later than in the run it may have come, seconds; `open` when it may not have come at all by the end. */
  readonly lateSecondsMax: number;
  readonly open: boolean;
  /** Change of each tank's rate, m/s. */
  readonly rateChange: Float64Array;
}

export interface ForwardEnd {
  readonly levels: Float64Array;
  readonly statuses: Float64Array;
  readonly switches: readonly Switch[];
}

/** Shortest step, seconds: events closer than this are one event. */
const STEP_SECONDS_MIN = 5;
/** Litres in a cubic metre. */
const LITRES = 1000;
const LEVEL_TOLERANCE = 1e-6;
/** Rates below this are standstill, m/s (0.04 mm in an hour). */
const RATE_MIN = 1e-8;

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
  readonly #scan: number;
  readonly #levels: Float64Array;
  readonly #statuses: Float64Array;
  readonly #demands: Float64Array;
  #rates: Float64Array;
  readonly #nothing = new Float64Array(0);
  readonly #switches: Switch[] = [];
  #solved = false;
  #now = 0;

  constructor(network: WaterNetwork, controls: readonly CompiledControl[], start: ForwardStart, timing: ForwardTiming) {
    this.#network = network;
    this.#controls = controls
      .filter((control) => !start.held.has(control.actuator))
      .map((control) => ({
        ...control,
        onBelow: control.onBelow + start.doubts[control.tank]!,
        offAbove: control.offAbove - start.doubts[control.tank]!,
      }));
    this.#start = start;
    this.#end = timing.periodMs / 1000;
    this.#step = timing.stepMs / 1000;
    this.#scan = timing.scanMs / 1000;
    this.#levels = start.levels.slice();
    this.#statuses = start.statuses.slice();
    this.#demands = start.demandsFrom.slice();
    this.#rates = new Float64Array(network.tanks.length);
  }

  toEnd(): ForwardEnd {
    while (this.#now < this.#end) {
      if (!this.#control()) this.#solve();
      const step = this.#nextStep();
      this.#network.tanks.forEach((tank, place) => {
        const level = this.#levels[place]! + this.#rates[place]! * step;
        this.#levels[place] = Math.min(tank.maxLevel, Math.max(tank.minLevel, level));
      });
      this.#now += step;
    }
    // What switches at the very end changes states, but no level any more.
    for (const control of this.#asking()) this.#note(control, new Float64Array(this.#levels.length));
    return { levels: this.#levels, statuses: this.#statuses, switches: this.#switches };
  }

  #asking(): CompiledControl[] {
    return this.#controls.filter((control) => {
      const wanted = wantedBy(control, this.#levels[control.tank]!);
      return wanted !== undefined && wanted !== this.#statuses[control.actuator];
    });
  }

  /** Switches what the levels ask for; true when the state after it has been solved. */
  #control(): boolean {
    const asking = this.#asking();
    if (asking.length === 0) return false;
    if (!this.#solved) this.#solve();
    for (const control of asking) {
      if (wantedBy(control, this.#levels[control.tank]!) === this.#statuses[control.actuator]) continue;
      const before = this.#rates.slice();
      const late = this.#lateness(control);
      this.#statuses[control.actuator] = 1 - this.#statuses[control.actuator]!;
      this.#solve();
      const rateChange = this.#rates.map((rate, tank) => rate - before[tank]!);
      this.#switches.push({ actuator: control.actuator, ...late, rateChange });
    }
    return true;
  }

  #note(control: CompiledControl, rateChange: Float64Array): void {
    if (wantedBy(control, this.#levels[control.tank]!) === this.#statuses[control.actuator]) return;
    const { actuator } = control;
    this.#statuses[actuator] = 1 - this.#statuses[actuator]!;
    this.#switches.push({ actuator, lateSecondsMax: 0, open: true, rateChange });
  }

  /** The scan, and the time a level needs to cross its own doubt. */
  #lateness(control: CompiledControl): { lateSecondsMax: number; open: boolean } {
    const rate = Math.max(RATE_MIN, Math.abs(this.#rates[control.tank]!));
    const span = this.#scan + (2 * this.#start.doubts[control.tank]!) / rate;
    const left = this.#end - this.#now;
    return { lateSecondsMax: Math.min(span, left), open: span > left };
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
    this.#rates = new Float64Array(this.#rates.length);
    this.#network.solve(state, [], this.#nothing, this.#rates);
    this.#network.tanks.forEach((tank, place) => {
      this.#rates[place]! /= LITRES * tank.area;
    });
    this.#solved = true;
  }

  /** Up to the next crossing, full or empty tank, or the regular step. */
  #nextStep(): number {
    const left = this.#end - this.#now;
    let step = Math.min(this.#step, left);
    this.#network.tanks.forEach((tank, place) => {
      const rate = this.#rates[place]!;
      const limit = rate > 0 ? tank.maxLevel : tank.minLevel;
      step = sooner(step, this.#levels[place]!, limit, rate);
    });
    for (const control of this.#controls) {
      const rate = this.#rates[control.tank]!;
      const threshold = rate > 0 ? control.offAbove : control.onBelow;
      const changes = this.#statuses[control.actuator] === (rate > 0 ? 1 : 0);
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
