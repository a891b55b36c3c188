/**
 * Which signal reads what in the model: the bridge between a site's signals and the network.
 *
 * Signals whose element or unit the model does not know are left alone: the twin says nothing about them.
 */
import type { LevelControl, Signal, Site } from "@twinward/plant";
import type { Reading, WaterNetwork } from "./network.ts";

/** A flow or a pressure. */
export interface Meter {
  readonly signal: number;
  readonly reading: Reading;
  /** Signal value = factor · model value (l/s, m). */
  readonly factor: number;
  /** Place in `WaterNetwork.actuators` whose closed state makes this flow exactly zero, −1 for pipes and pressures. */
  readonly actuator: number;
}

/** A tank level. */
export interface LevelMeter {
  readonly signal: number;
  readonly tank: number;
  readonly factor: number;
}

/** A control with its element ids replaced by places. */
export interface CompiledControl {
  readonly actuator: number;
  readonly tank: number;
  /** Metres. */
  readonly onBelow: number;
  readonly offAbove: number;
}

export interface Instrumentation {
  readonly signals: readonly Signal[];
  readonly meters: readonly Meter[];
  readonly levels: readonly LevelMeter[];
  /** Signal number of the status of each actuator, −1 where none is measured. */
  readonly statuses: readonly number[];
}

/** UCUM codes to l/s. */
const FLOW_TO_SIGNAL: Readonly<Record<string, number>> = {
  "L/s": 1,
  "l/s": 1,
  "m3/s": 1e-3,
  "m3/h": 3.6,
  "m3/d": 86.4,
  "L/min": 60,
  "l/min": 60,
  "[gal_us]/min": 60 / 3.785411784,
};

/** UCUM codes to metres of water (pressures) and metres (levels). */
const HEAD_TO_SIGNAL: Readonly<Record<string, number>> = {
  m: 1,
  "m[H2O]": 1,
  cm: 100,
  "[ft_i]": 1 / 0.3048,
  bar: 0.0980665,
  kPa: 9.80665,
  Pa: 9806.65,
  "[psi]": 0.4333 / 0.3048,
};

export function instrument(site: Site, network: WaterNetwork): Instrumentation {
  const actuators = new Map(network.actuators.map((actuator, place) => [actuator.id, place]));
  const tanks = new Map(network.tanks.map((tank, place) => [tank.id, place]));
  const statuses = network.actuators.map(
    (actuator) => site.signals.find((s) => s.kind === "status" && s.element === actuator.id)?.number ?? -1,
  );
  const levels = site.signals.flatMap((signal) => {
    const tank = tanks.get(signal.element);
    const factor = HEAD_TO_SIGNAL[signal.unit];
    if (signal.kind !== "level" || tank === undefined || factor === undefined) return [];
    return [{ signal: signal.number, tank, factor }];
  });
  const meters = site.signals.flatMap((signal) => meterOf(signal, network, actuators));
  return { signals: site.signals, meters, levels, statuses };
}

function meterOf(signal: Signal, network: WaterNetwork, actuators: ReadonlyMap<string, number>): Meter[] {
  if (signal.kind !== "flow" && signal.kind !== "pressure") return [];
  const reading = network.reading(signal.kind, signal.element);
  const factor = (signal.kind === "flow" ? FLOW_TO_SIGNAL : HEAD_TO_SIGNAL)[signal.unit];
  if (reading === undefined || factor === undefined) return [];
  const actuator = signal.kind === "flow" ? (actuators.get(signal.element) ?? -1) : -1;
  return [{ signal: signal.number, reading, factor, actuator }];
}

/** Controls of elements the model does not have are dropped. */
export function compileControls(controls: readonly LevelControl[], network: WaterNetwork): CompiledControl[] {
  return controls.flatMap(({ actuator, tank, onBelow, offAbove }) => {
    const places = {
      actuator: network.actuators.findIndex((a) => a.id === actuator),
      tank: network.tanks.findIndex((t) => t.id === tank),
    };
    return places.actuator < 0 || places.tank < 0 ? [] : [{ ...places, onBelow, offAbove }];
  });
}
