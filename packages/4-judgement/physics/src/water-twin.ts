/**
 * The water twin: what should every signal read now, said three ways (see `expectation.ts`), one row at a time.
 *
 * Order of a row: forecast from the last state → which actuators run → full and empty tanks → the fit → what each
 * voice says → the control logic. `assess` stops there; `step` also takes the fitted state over.
 */
import { assert } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import { violationsOf } from "./control-logic.ts";
import type { LogicViolation, WaterExpectation } from "./expectation.ts";
import { type Forecast, forecastTo } from "./forecast.ts";
import type { WaterParameters } from "./parameters.ts";
import { fitRow, type RowFit } from "./row-fit.ts";
import { emptyState, readState, stateBytes, type TwinState } from "./twin-state.ts";
import { voicesOf } from "./voices.ts";
import { assembleModel, openNetwork, type WaterModel } from "./water-model.ts";

export interface AssessOptions {
  /** Pumps whose speed is unknown in this assessment (element ids), to test "it runs off its curve". */
  readonly freeSpeeds?: readonly string[];
}

interface Assessment {
  readonly expectation: WaterExpectation;
  readonly next: TwinState;
}

export class WaterTwin {
  /** Ids of tanks, in the order of `openLoopMs`. */
  readonly tanks: readonly string[];
  /** Ids of pumps and switched valves. */
  readonly actuators: readonly string[];
  readonly districts: readonly string[];
  readonly #model: WaterModel;
  #state: TwinState;
  /** The forecast for one time, shared by all assessments of its row. */
  #forecast: { readonly timeMs: number; readonly forecast: Forecast } | undefined;

  /** Opens the site's model. Throws `MODEL_REFUSED`, or `WATER_PARAMETERS` when they belong to another site. */
  static async open(site: Site, parameters?: WaterParameters): Promise<WaterTwin> {
    return new WaterTwin(assembleModel(site, await openNetwork(site), parameters));
  }

  /** For training, which changes parameters around one open network. */
  constructor(model: WaterModel) {
    this.#model = model;
    this.tanks = model.network.tanks.map((tank) => tank.id);
    this.actuators = model.network.actuators.map((actuator) => actuator.id);
    this.districts = model.network.districts.map((district) => district.id);
    this.#state = emptyState(this.districts.length, this.tanks.length, this.actuators.length);
  }

  /**
   * Assesses a row and moves on to it. `trusted[i]` is 1 when signal i may be believed; NaN counts as untrusted.
   * Untrusted levels run open-loop (forecast corrected by flows and pressures), untrusted flows and pressures are
   * left out of the fit, untrusted statuses come from their own flow or the control logic.
   */
  step(timeMs: number, values: Float64Array, trusted: Uint8Array, options: AssessOptions = {}): WaterExpectation {
    const { expectation, next } = this.#assess(timeMs, values, trusted, options);
    this.#state = next;
    this.#forecast = undefined;
    return expectation;
  }

  /** The same without moving on: to ask "and if this signal were lying?" as often as one likes before `step`. */
  assess(timeMs: number, values: Float64Array, trusted: Uint8Array, options: AssessOptions = {}): WaterExpectation {
    return this.#assess(timeMs, values, trusted, options).expectation;
  }

  /** All state, deterministic bytes. */
  snapshot(): Uint8Array {
    return stateBytes(this.#state);
  }

  restore(snapshot: Uint8Array): void {
    const state = emptyState(this.districts.length, this.tanks.length, this.actuators.length);
    readState(snapshot, state);
    this.#state = state;
    this.#forecast = undefined;
  }

  #assess(timeMs: number, values: Float64Array, trusted: Uint8Array, options: AssessOptions): Assessment {
    assert(values.length === this.#model.signals.length, "one value per signal");
    assert(trusted.length === values.length, "one trust flag per signal");
    const solvesBefore = this.#model.network.solves;
    const forecast = this.#forecastTo(timeMs);
    const free = (options.freeSpeeds ?? []).map((id) => this.actuators.indexOf(id)).filter((place) => place >= 0);
    const row = fitRow(this.#model, forecast, values, trusted, free);
    const logic = this.#logic(timeMs, row, forecast);
    const next = this.#nextState(timeMs, row, logic);
    const { fit } = row;
    const districts = this.districts.length;
    const expectation: WaterExpectation = {
      timeMs,
      ...voicesOf(this.#model, forecast, row, values),
      logic,
      demands: fit.state.slice(0, districts),
      demandSigmas: diagonal(fit.covariance, fit.width, 0, districts),
      demandPriors: forecast.mean.slice(0, districts),
      demandPriorSigmas: diagonal(forecast.covariance, forecast.mean.length, 0, districts),
      fitNorm: row.norm,
      chiSquare: fit.chiSquare,
      freedom: row.freedom,
      openLoopMs: next.openSince.map((since) => (Number.isNaN(since) ? 0 : timeMs - since)),
      speeds: fit.state.slice(districts + this.tanks.length),
      speedSigmas: diagonal(fit.covariance, fit.width, districts + this.tanks.length, fit.width),
      solves: this.#model.network.solves - solvesBefore,
      warm: forecast.warm,
    };
    return { expectation, next };
  }

  #forecastTo(timeMs: number): Forecast {
    if (this.#forecast?.timeMs !== timeMs) {
      this.#forecast = { timeMs, forecast: forecastTo(this.#model, this.#state, timeMs) };
    }
    return this.#forecast.forecast;
  }

  #logic(timeMs: number, row: RowFit, forecast: Forecast): LogicViolation[] {
    const model = this.#model;
    const districts = this.districts.length;
    const seconds = forecast.warm ? (timeMs - this.#state.timeMs) / 1000 : Number.NaN;
    const courseOf = (tank: number) => {
      const place = districts + tank;
      const { id, area } = model.network.tanks[tank]!;
      const own = model.levels.findIndex((level) => level.tank === tank);
      const instrument = own < 0 ? 0 : model.levelSigma[own]!;
      return {
        id,
        before: forecast.warm ? this.#state.mean[place]! : row.fit.state[place]!,
        now: row.fit.state[place]!,
        sigma: Math.sqrt(row.fit.covariance[place * row.fit.width + place]! + instrument ** 2) + LEVEL_DOUBT,
        rateBefore: forecast.warm ? this.#state.inflows[tank]! / (1000 * area) : 0,
        rateNow: row.fit.inflows[tank]! / (1000 * area),
        byEstimate: row.openLoop[tank]!,
      };
    };
    return model.network.actuators.flatMap(({ id }, actuator) => {
      const signal = model.statuses[actuator]!;
      if (signal < 0 || !row.statusReported[actuator]) return [];
      const sight = {
        actuator,
        id,
        signal,
        status: row.statuses[actuator]!,
        before: forecast.warm ? this.#state.statuses[actuator]! : Number.NaN,
        controls: model.controls.filter((control) => control.actuator === actuator),
        neverUsed: model.parameters.neverUsed.includes(id),
        alwaysUsed: model.parameters.alwaysUsed.includes(id),
        forecast: forecast.statuses[actuator]!,
      };
      return violationsOf(sight, courseOf, seconds, model.parameters.scanMs / 1000).concat(
        flowViolation(model, row, sight),
      );
    });
  }

  #nextState(timeMs: number, row: RowFit, logic: readonly LogicViolation[]): TwinState {
    const next = emptyState(this.districts.length, this.tanks.length, this.actuators.length);
    const width = next.mean.length;
    next.timeMs = timeMs;
    next.mean.set(row.fit.state.subarray(0, width));
    for (let i = 0; i < width; i += 1) {
      for (let j = 0; j < width; j += 1) next.covariance[i * width + j] = row.fit.covariance[i * row.fit.width + j]!;
    }
    row.pins.forEach((pin, tank) => {
      const { minLevel, maxLevel } = this.#model.network.tanks[tank]!;
      if (pin !== 0) next.mean[this.districts.length + tank] = pin === 1 ? maxLevel : minLevel;
    });
    next.statuses.set(row.statuses);
    next.inflows.set(row.fit.inflows);
    row.openLoop.forEach((open, tank) => {
      const since = this.#state.openSince[tank]!;
      if (open) next.openSince[tank] = Number.isNaN(since) ? this.#state.timeMs || timeMs : since;
    });
    for (const violation of logic) {
      if (violation.kind === "threshold") next.disobeying[this.actuators.indexOf(violation.actuator)] = 1;
    }
    return next;
  }
}

/** Smallest doubt about a level that is compared with a threshold, metres. */
const LEVEL_DOUBT = 0.005;

/** A state that its own flow contradicts. */
function flowViolation(
  model: WaterModel,
  row: RowFit,
  sight: { readonly actuator: number; readonly id: string; readonly signal: number; readonly status: number },
): LogicViolation[] {
  const by = row.flowSays[sight.actuator]!;
  if (by === undefined || by.state === sight.status) return [];
  const expected = 1 - sight.status;
  assert(model.statuses[sight.actuator] === sight.signal, "the status belongs to the actuator");
  const { id: actuator, signal, status: measured } = sight;
  return [{ signal, actuator, kind: "flow", measured, expected, tank: "", deviation: by.deviation, byEstimate: false }];
}

function diagonal(matrix: Float64Array, width: number, from: number, to: number): Float64Array {
  return Float64Array.from({ length: to - from }, (_, i) => Math.sqrt(Math.max(0, matrix[(from + i) * (width + 1)]!)));
}
