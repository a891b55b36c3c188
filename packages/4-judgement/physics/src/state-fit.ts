/**
 * The one state of the network that explains a row best: demands of the districts, tank levels and, when asked,
 * speeds of pumps.
 *
 * Gauss-Newton on the posterior: prior on the state, Huber-weighted measurements. The sensitivity starts from the
 * remembered reference and is corrected after every solve by Broyden's rank-one update, so an iteration costs one
 * solve. Each solve starts cold: the result is a function of the problem alone.
 *
 * Sources: Abur and Exposito, "Power System State Estimation" (2004), chapters 2 and 6 (weighted least squares,
 * M-estimators); Broyden, Math. Comp. 19 (1965); Huber, "Robust Statistics" (1981).
 */
import { addRow, broyden, huberLoss, huberWeight, rowsTimes } from "./least-squares.ts";
import { inverseOf, times } from "./linear.ts";
import type { Meter } from "./meter.ts";
import type { HydraulicState, WaterNetwork } from "./network.ts";
import { type Pin, type SensitivityMemory, sensitivityAt } from "./sensitivity.ts";

export interface FitProblem {
  readonly statuses: Float64Array;
  /** Nominal speeds; those of `freeSpeeds` are only where the fit starts. */
  readonly speeds: Float64Array;
  /** Places of actuators whose speed is unknown. */
  readonly freeSpeeds: readonly number[];
  readonly pins: readonly Pin[];
  /** Prior mean: demands, levels. */
  readonly mean: Float64Array;
  /** Prior information (inverse covariance), square, demands then levels. */
  readonly information: Float64Array;
  /** Where to start. */
  readonly start: Float64Array;
  /** Corrected answers at `start` when they are known already; undefined makes the fit solve for them. */
  readonly startAnswers: Float64Array | undefined;
  /** Measured flows and pressures in model units; NaN where not to be used. */
  readonly measured: Float64Array;
  /** Standard deviations per meter, model units. */
  readonly sigma: Float64Array;
  /** Correction of the model's answer per meter. */
  readonly offset: Float64Array;
  readonly gain: Float64Array;
  /** Measured tank levels, metres. */
  readonly levels: readonly { readonly tank: number; readonly value: number; readonly sigma: number }[];
}

export interface Fit {
  /** Demands, levels, freed speeds. */
  readonly state: Float64Array;
  readonly covariance: Float64Array;
  readonly width: number;
  /** Corrected model answers per meter, model units. */
  readonly answers: Float64Array;
  /** meters × width. */
  readonly sensitivity: Float64Array;
  /** Huber weight per meter, 1 is fully believed, 0 not used. */
  readonly weights: Float64Array;
  /** Huber weight per entry of `FitProblem.levels`. */
  readonly levelWeights: Float64Array;
  readonly inflows: Float64Array;
  readonly chiSquare: number;
}

/** Iterations before robust weights: far from the solution everything looks like an outlier. */
const PLAIN_ITERATIONS = 2;
const ITERATIONS_MAX = 9;
/** Stop when the next step moves no answer by more than this many standard deviations. */
const STEP_ENOUGH = 0.3;
/** Flows (l/s) and pressures (m) beyond this are the solver's way of saying no. */
const ANSWER_MAX = 1e6;
const SPEED_SIGMA = 0.15;
const SPEED_DELTA = 0.01;
const DEMAND_MIN = -0.5;
const DEMAND_MAX = 20;

export class StateFitter {
  readonly #network: WaterNetwork;
  readonly #meters: readonly Meter[];
  readonly #memory: SensitivityMemory;
  readonly #districts: number;
  readonly #tanks: number;

  constructor(network: WaterNetwork, meters: readonly Meter[], memory: SensitivityMemory) {
    this.#network = network;
    this.#meters = meters;
    this.#memory = memory;
    this.#districts = network.districts.length;
    this.#tanks = network.tanks.length;
  }

  fit(problem: FitProblem): Fit {
    const width = this.#districts + this.#tanks + problem.freeSpeeds.length;
    const state = this.#startOf(problem, width);
    let answers = new Float64Array(this.#meters.length);
    const inflows = new Float64Array(this.#tanks);
    if (problem.startAnswers !== undefined) answers.set(problem.startAnswers);
    else this.#answer(problem, state, answers, inflows);
    let sensitivity = this.#remembered(problem, width);
    if (problem.freeSpeeds.length > 0) this.#speedColumns(problem, state, answers, sensitivity, width);
    let normal = this.#normal(problem, state, answers, sensitivity, width, false);
    for (let iteration = 0; iteration < ITERATIONS_MAX; iteration += 1) {
      normal = this.#normal(problem, state, answers, sensitivity, width, iteration >= PLAIN_ITERATIONS);
      const step = this.#limited(times(inverseOf(normal.matrix, width), normal.right, width), state, problem);
      const moved = rowsTimes(sensitivity, step, width);
      for (let i = 0; i < width; i += 1) state[i]! += step[i]!;
      if (this.#small(problem, moved) && iteration >= PLAIN_ITERATIONS) {
        for (let i = 0; i < answers.length; i += 1) answers[i]! += moved[i]!;
        break;
      }
      const next = new Float64Array(answers.length);
      this.#answer(problem, state, next, inflows);
      broyden(sensitivity, answers, next, moved, step, width);
      answers = next;
      if (iteration === ITERATIONS_MAX - 4) sensitivity = this.#fresh(problem, state, answers, width);
    }
    normal = this.#normal(problem, state, answers, sensitivity, width, true);
    const covariance = inverseOf(normal.matrix, width);
    const { weights, levelWeights, chiSquare } = normal;
    return { state, covariance, width, answers, sensitivity, weights, levelWeights, inflows, chiSquare };
  }

  #startOf(problem: FitProblem, width: number): Float64Array {
    const state = new Float64Array(width);
    state.set(problem.start);
    problem.freeSpeeds.forEach((actuator, place) => {
      state[this.#districts + this.#tanks + place] = problem.speeds[actuator]!;
    });
    return state;
  }

  #hydraulic(problem: FitProblem, state: Float64Array): HydraulicState {
    const speeds = problem.speeds.slice();
    problem.freeSpeeds.forEach((actuator, place) => {
      speeds[actuator] = state[this.#districts + this.#tanks + place]!;
    });
    const levels = Float64Array.from(this.#network.tanks, (tank, place) => {
      const pin = problem.pins[place];
      if (pin === 1) return tank.maxLevel;
      if (pin === -1) return tank.minLevel;
      const level = state[this.#districts + place]!;
      return Math.min(tank.maxLevel - FREE_MARGIN, Math.max(tank.minLevel + FREE_MARGIN, level));
    });
    return { levels, statuses: problem.statuses, speeds, demands: state.slice(0, this.#districts) };
  }

  #answer(problem: FitProblem, state: Float64Array, answers: Float64Array, inflows: Float64Array): void {
    const readings = this.#meters.map((meter) => meter.reading);
    this.#network.solve(this.#hydraulic(problem, state), readings, answers, inflows);
    for (let i = 0; i < answers.length; i += 1) {
      // An impossible state may make the solver answer nonsense: it must stay a number.
      const answer = Math.min(ANSWER_MAX, Math.max(-ANSWER_MAX, answers[i]! || 0));
      answers[i] = this.#corrected(problem, i, answer);
    }
  }

  /** A closed pump or valve lets nothing through: nothing to correct. */
  #corrected(problem: FitProblem, meter: number, value: number): number {
    return this.#closed(problem, meter) ? 0 : problem.offset[meter]! + problem.gain[meter]! * value;
  }

  #closed(problem: FitProblem, meter: number): boolean {
    const actuator = this.#meters[meter]!.actuator;
    return actuator >= 0 && problem.statuses[actuator] === 0;
  }

  #remembered(problem: FitProblem, width: number): Float64Array {
    return this.#widened(problem, this.#memory.at(problem.statuses, problem.pins).meters, width);
  }

  #fresh(problem: FitProblem, state: Float64Array, answers: Float64Array, width: number): Float64Array {
    const here = this.#hydraulic(problem, state);
    const found = sensitivityAt(this.#network, this.#meters, here, problem.pins);
    const wide = this.#widened(problem, found.meters, width);
    this.#speedColumns(problem, state, answers, wide, width);
    return wide;
  }

  /** Corrected sensitivities with room for the speeds. */
  #widened(problem: FitProblem, raw: Float64Array, width: number): Float64Array {
    const narrow = this.#districts + this.#tanks;
    const wide = new Float64Array(this.#meters.length * width);
    for (let i = 0; i < this.#meters.length; i += 1) {
      const gain = this.#closed(problem, i) ? 0 : problem.gain[i]!;
      for (let j = 0; j < narrow; j += 1) wide[i * width + j] = gain * raw[i * narrow + j]!;
    }
    return wide;
  }

  #speedColumns(
    problem: FitProblem,
    state: Float64Array,
    answers: Float64Array,
    sensitivity: Float64Array,
    width: number,
  ): void {
    const next = new Float64Array(answers.length);
    const inflows = new Float64Array(this.#tanks);
    for (let at = this.#districts + this.#tanks; at < width; at += 1) {
      state[at]! += SPEED_DELTA;
      this.#answer(problem, state, next, inflows);
      state[at]! -= SPEED_DELTA;
      for (let i = 0; i < answers.length; i += 1) sensitivity[i * width + at] = (next[i]! - answers[i]!) / SPEED_DELTA;
    }
  }

  #normal(
    problem: FitProblem,
    state: Float64Array,
    answers: Float64Array,
    sensitivity: Float64Array,
    width: number,
    robust: boolean,
  ) {
    const matrix = new Float64Array(width * width);
    const right = new Float64Array(width);
    let chiSquare = this.#addPrior(problem, state, matrix, right, width);
    const weights = new Float64Array(answers.length);
    for (let m = 0; m < answers.length; m += 1) {
      const measured = problem.measured[m]!;
      if (Number.isNaN(measured)) continue;
      const score = (measured - answers[m]!) / problem.sigma[m]!;
      weights[m] = robust ? huberWeight(score) : 1;
      chiSquare += huberLoss(score);
      if (this.#closed(problem, m)) continue;
      const information = weights[m]! / problem.sigma[m]! ** 2;
      addRow(matrix, right, sensitivity, m * width, information, measured - answers[m]!, width);
    }
    const levelWeights = Float64Array.from(problem.levels, ({ tank, value, sigma }) => {
      const at = this.#districts + tank;
      const score = (value - state[at]!) / sigma;
      const weight = robust ? huberWeight(score) : 1;
      chiSquare += huberLoss(score);
      matrix[at * width + at]! += weight / sigma ** 2;
      right[at]! += (weight * (value - state[at]!)) / sigma ** 2;
      return weight;
    });
    return { matrix, right, weights, levelWeights, chiSquare };
  }

  #addPrior(
    problem: FitProblem,
    state: Float64Array,
    matrix: Float64Array,
    right: Float64Array,
    width: number,
  ): number {
    const narrow = this.#districts + this.#tanks;
    let quadratic = 0;
    for (let i = 0; i < narrow; i += 1) {
      for (let j = 0; j < narrow; j += 1) {
        const information = problem.information[i * narrow + j]!;
        if (information === 0) continue;
        const pull = information * (problem.mean[j]! - state[j]!);
        matrix[i * width + j]! += information;
        right[i]! += pull;
        quadratic += pull * (problem.mean[i]! - state[i]!);
      }
    }
    problem.freeSpeeds.forEach((actuator, place) => {
      const at = narrow + place;
      const off = problem.speeds[actuator]! - state[at]!;
      matrix[at * width + at]! += 1 / SPEED_SIGMA ** 2;
      right[at]! += off / SPEED_SIGMA ** 2;
      quadratic += (off / SPEED_SIGMA) ** 2;
    });
    return quadratic;
  }

  /** Keeps demands, levels and speeds where the model has a meaning. */
  #limited(step: Float64Array, state: Float64Array, problem: FitProblem): Float64Array {
    const bound = (at: number, low: number, high: number) => {
      step[at] = Math.min(high, Math.max(low, state[at]! + step[at]!)) - state[at]!;
    };
    for (let i = 0; i < this.#districts; i += 1) bound(i, DEMAND_MIN, Math.max(DEMAND_MAX, 3 * problem.mean[i]!));
    this.#network.tanks.forEach((tank, place) => {
      bound(this.#districts + place, tank.minLevel, tank.maxLevel);
    });
    problem.freeSpeeds.forEach((_, place) => {
      bound(this.#districts + this.#tanks + place, 0, 2);
    });
    return step;
  }

  #small(problem: FitProblem, moved: Float64Array): boolean {
    for (let i = 0; i < moved.length; i += 1) {
      if (Math.abs(moved[i]!) > STEP_ENOUGH * problem.sigma[i]!) return false;
    }
    return true;
  }
}

/** A tank that is not pinned stays this far inside its limits, metres (EPANET's own tolerance is 0.00015 m). */
const FREE_MARGIN = 1e-3;
