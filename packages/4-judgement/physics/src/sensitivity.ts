/**
 * How flows, pressures and tank inflows answer to demands and levels: finite differences around one fixed reference
 * point per actuator configuration.
 *
 * The reference depends on the configuration alone, so a sensitivity is a pure function and may be remembered: the
 * memory is not state, a restored twin computes the same digits. The fit corrects it on its way (Broyden), so a
 * reference that lies off the present point costs an iteration, never accuracy.
 */

import type { Meter } from "./meter.ts";
import type { HydraulicState, WaterNetwork } from "./network.ts";

export interface Sensitivity {
  /** meters × (districts + tanks), row-major, model units. */
  readonly meters: Float64Array;
  /** tanks × (districts + tanks), l/s. */
  readonly inflows: Float64Array;
}

/** A level that is pinned is a full or empty tank: small changes of it change nothing. */
export type Pin = -1 | 0 | 1;

const DEMAND_DELTA = 0.02;
const LEVEL_DELTA = 0.05;
const REMEMBERED_MAX = 1024;

export class SensitivityMemory {
  readonly #network: WaterNetwork;
  readonly #meters: readonly Meter[];
  readonly #speeds: Float64Array;
  readonly #demands: Float64Array;
  readonly #remembered = new Map<string, Sensitivity>();

  /**
   * @param speeds calibrated speeds, the same for all references
   * @param demands reference multipliers
   */
  constructor(network: WaterNetwork, meters: readonly Meter[], speeds: Float64Array, demands: Float64Array) {
    this.#network = network;
    this.#meters = meters;
    this.#speeds = speeds;
    this.#demands = demands;
  }

  at(statuses: Float64Array, pins: readonly Pin[]): Sensitivity {
    const key = `${statuses.join("")}/${pins.join("")}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const levels = Float64Array.from(this.#network.tanks, (tank, place) => {
      const pin = pins[place];
      if (pin === 0) return (tank.minLevel + tank.maxLevel) / 2;
      return pin === 1 ? tank.maxLevel : tank.minLevel;
    });
    const state = {
      levels,
      statuses: Float64Array.from(statuses),
      speeds: this.#speeds,
      demands: this.#demands.slice(),
    };
    const found = sensitivityAt(this.#network, this.#meters, state, pins);
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.delete(this.#remembered.keys().next().value!);
    this.#remembered.set(key, found);
    return found;
  }
}

/** Forward differences; `state.levels` and `state.demands` are changed and put back. */
export function sensitivityAt(
  network: WaterNetwork,
  meters: readonly Meter[],
  state: HydraulicState,
  pins: readonly Pin[],
): Sensitivity {
  const readings = meters.map((meter) => meter.reading);
  const width = network.districts.length + network.tanks.length;
  const base = { meters: new Float64Array(meters.length), inflows: new Float64Array(network.tanks.length) };
  const moved = { meters: new Float64Array(meters.length), inflows: new Float64Array(network.tanks.length) };
  const out = {
    meters: new Float64Array(meters.length * width),
    inflows: new Float64Array(network.tanks.length * width),
  };
  network.solve(state, readings, base.meters, base.inflows);
  const column = (at: number, delta: number) => {
    network.solve(state, readings, moved.meters, moved.inflows);
    for (let i = 0; i < meters.length; i += 1)
      out.meters[i * width + at] = (moved.meters[i]! - base.meters[i]!) / delta;
    for (let i = 0; i < network.tanks.length; i += 1) {
      out.inflows[i * width + at] = (moved.inflows[i]! - base.inflows[i]!) / delta;
    }
  };
  network.districts.forEach((_, place) => {
    const kept = state.demands[place]!;
    state.demands[place] = kept + DEMAND_DELTA;
    column(place, DEMAND_DELTA);
    state.demands[place] = kept;
  });
  network.tanks.forEach((tank, place) => {
    if (pins[place] !== 0) return;
    const kept = state.levels[place]!;
    const delta = kept + LEVEL_DELTA < tank.maxLevel ? LEVEL_DELTA : -LEVEL_DELTA;
    state.levels[place] = kept + delta;
    column(network.districts.length + place, delta);
    state.levels[place] = kept;
  });
  return out;
}
