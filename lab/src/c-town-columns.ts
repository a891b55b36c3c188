/**
 * C-Town's 43 signals in the column order of the BATADAL files, from the bare input file.
 *
 * For tuning and tests that have no site folder at hand; the demo uses the real site.
 */
import type { QuantityKind } from "@twinward/plant";
import { controlsOf } from "./inp.ts";
import type { LabSignal, LabSite } from "./lab-site.ts";

const TANKS: Readonly<Record<string, { device: string; maximum: number }>> = {
  T1: { device: "plc2", maximum: 6.5 },
  T2: { device: "plc3", maximum: 5.9 },
  T3: { device: "plc4", maximum: 6.75 },
  T4: { device: "plc6", maximum: 4.7 },
  T5: { device: "plc7", maximum: 4.5 },
  T6: { device: "plc8", maximum: 5.5 },
  T7: { device: "plc9", maximum: 5 },
};
const ACTUATORS: Readonly<Record<string, string>> = {
  PU1: "plc1",
  PU2: "plc1",
  PU3: "plc1",
  PU4: "plc3",
  PU5: "plc3",
  PU6: "plc3",
  PU7: "plc3",
  PU8: "plc5",
  PU9: "plc5",
  PU10: "plc5",
  PU11: "plc5",
  V2: "plc3",
};
const PRESSURES: Readonly<Record<string, string>> = {
  J280: "plc1",
  J269: "plc1",
  J300: "plc3",
  J256: "plc3",
  J289: "plc3",
  J415: "plc3",
  J302: "plc5",
  J306: "plc5",
  J307: "plc5",
  J317: "plc5",
  J14: "plc3",
  J422: "plc3",
};
const MS_PER_QUARTER = 900_000;

const measured = (kind: QuantityKind, element: string, device: string, maximum: number): LabSignal => ({
  id: `${kind === "status" ? "S" : kind[0]!.toUpperCase()}_${element}`,
  device,
  element,
  kind,
  unit: kind === "flow" ? "L/s" : kind === "status" ? "1" : "m",
  minimum: 0,
  maximum,
  resolution: kind === "status" ? 1 : 0.01,
  accuracy: { level: 0.04, flow: 1, pressure: 0.5, status: 0, other: 0 }[kind],
});

/** @param inp text of the C-Town input file */
export function cTownColumns(inp: string): LabSite {
  const signals = [
    ...Object.entries(TANKS).map(([tank, { device, maximum }]) => measured("level", tank, device, maximum)),
    ...Object.entries(ACTUATORS).flatMap(([id, device]) => [
      measured("flow", id, device, 200),
      measured("status", id, device, 1),
    ]),
    ...Object.entries(PRESSURES).map(([node, device]) => measured("pressure", node, device, 150)),
  ];
  const devices = [...new Set(signals.map(({ device }) => device))].sort().map((id) => ({
    id,
    signals: signals.filter(({ device }) => device === id).map((signal) => signal.id),
  }));
  return {
    id: "c-town",
    inp,
    controls: controlsOf(inp),
    signals,
    devices,
    csv: { delimiter: ",", timeColumn: "DATETIME", timeFormat: "DD/MM/YY HH", labelColumn: "ATT_FLAG" },
    samplePeriodMs: MS_PER_QUARTER,
  };
}
