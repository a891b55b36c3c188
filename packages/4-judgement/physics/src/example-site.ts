/**
 * Sites for tests, made straight from an .inp file: no devices, no zones, one signal per named sensor.
 */
import { assert } from "@twinward/kernel";
import type { LevelControl, QuantityKind, Signal, Site } from "@twinward/plant";
import { modelText } from "./model-text.ts";

const KINDS: Readonly<Record<string, QuantityKind>> = { L: "level", F: "flow", S: "status", P: "pressure" };
const UNITS = { level: "m", flow: "L/s", status: "1", pressure: "m", other: "1" } as const;

export interface ExampleOptions {
  readonly samplePeriodMs?: number;
  readonly resolution?: number;
  readonly units?: Readonly<Partial<Record<QuantityKind, string>>>;
}

/** @param sensors names like `L_T1`, `F_PU1`, `S_PU1`, `P_J280` */
export function exampleSite(inp: Uint8Array, sensors: readonly string[], options: ExampleOptions = {}): Site {
  const signals = sensors.map((id, number) => signalOf(id, number, options));
  return {
    id: "example",
    title: "Example",
    timeZone: "UTC",
    digest: "",
    files: [{ path: "model/network.inp", bytes: inp }],
    zones: [],
    conduits: [],
    assets: [],
    devices: [],
    signals,
    behaviour: { kind: "epanet", model: "model/network.inp", controls: controlsIn(modelText(inp)) },
    modes: [],
    csv: { delimiter: ",", timeColumn: "DATETIME", timeFormat: "DD/MM/YY HH", labelColumn: undefined },
    samplePeriodMs: options.samplePeriodMs ?? 3_600_000,
    latenessMsMax: 0,
    aheadMsMax: 60_000,
    openLinkMsMax: 0,
  };
}

function signalOf(id: string, number: number, options: ExampleOptions): Signal {
  const kind = KINDS[id[0]!];
  assert(kind !== undefined, `the sensor ${id} starts with L_, F_, S_ or P_`);
  return {
    id,
    number,
    title: id,
    device: "plc",
    element: id.slice(2),
    kind,
    unit: options.units?.[kind] ?? UNITS[kind],
    minimum: -1e6,
    maximum: 1e6,
    enum: kind === "status" ? [0, 1] : undefined,
    resolution: kind === "status" ? 1 : (options.resolution ?? 0.01),
    accuracy: 0.05,
    rateMax: undefined,
    flatlineMsMax: undefined,
    rules: [],
    classification: "internal",
  };
}

const CONTROL = /^\s*LINK\s+(\S+)\s+(OPEN|CLOSED)\s+IF\s+NODE\s+(\S+)\s+(BELOW|ABOVE)\s+([\d.]+)/gim;

/** Pairs `OPEN … BELOW` with `CLOSED … ABOVE` of the same link and tank. */
function controlsIn(inp: string): LevelControl[] {
  const found = [...inp.matchAll(CONTROL)].map(([, actuator, state, tank, , level]) => ({
    actuator: actuator!,
    tank: tank!,
    open: state!.toUpperCase() === "OPEN",
    level: Number(level),
  }));
  return found.flatMap((on) => {
    const off = found.find((each) => !each.open && each.actuator === on.actuator && each.tank === on.tank);
    if (!on.open || off === undefined) return [];
    return [{ actuator: on.actuator, tank: on.tank, onBelow: on.level, offAbove: off.level }];
  });
}
