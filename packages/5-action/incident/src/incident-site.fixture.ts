/** A small water site for tests: tank T1 with pump PU1 that acts on it, tank T2 on its own. */
import type { Judgement } from "@twinward/detection";
import type { Device, Signal, Site } from "@twinward/plant";

export const HOUR = 3_600_000;
export const START = Date.UTC(2016, 8, 4);

export const site: Site = {
  id: "town",
  title: "Town",
  timeZone: "UTC",
  digest: "ab".repeat(32),
  files: [],
  zones: [{ id: "field", title: "Field", securityLevelTarget: 2 }],
  conduits: [],
  assets: [],
  devices: [deviceOf("plc1", ["F_PU1", "S_PU1"]), deviceOf("plc2", ["L_T1"]), deviceOf("plc3", ["L_T2", "P_J1"])],
  signals: [
    signalOf(0, "F_PU1", "plc1", "PU1", "flow"),
    signalOf(1, "S_PU1", "plc1", "PU1", "status"),
    signalOf(2, "L_T1", "plc2", "T1", "level"),
    signalOf(3, "L_T2", "plc3", "T2", "level"),
    signalOf(4, "P_J1", "plc3", "J1", "pressure"),
  ],
  behaviour: { kind: "epanet", model: "m.inp", controls: [{ actuator: "PU1", tank: "T1", onBelow: 1, offAbove: 3 }] },
  modes: [],
  csv: { delimiter: ",", timeColumn: "time", timeFormat: "iso", labelColumn: undefined },
  samplePeriodMs: HOUR,
  latenessMsMax: 2 * HOUR,
  aheadMsMax: 60_000,
  openLinkMsMax: 6 * HOUR,
};

/** One hour of the plant as the judge sees it: nobody accused, or these signals, first one most. */
export interface Hour {
  readonly accused?: readonly string[];
  readonly verdict?: "attack" | "undetermined";
  readonly checks?: readonly string[];
}

export function judgementAt(hour: number, { accused, verdict = "attack", checks = ["hydraulics"] }: Hour): Judgement {
  const nothing = new Float64Array(site.signals.length).fill(Number.NaN);
  const timeMs = START + hour * HOUR;
  const names = accused ?? [];
  return {
    timeMs,
    alarm: accused !== undefined,
    score: accused === undefined ? 0.2 : 3,
    verdict: accused === undefined ? "" : verdict,
    suspects: names.map((signal, i) => ({ signal, weight: 0.6 / (i + 1) })),
    alternatives: [],
    causes: names.flatMap((signal) =>
      checks.map((check) => ({
        check,
        signal,
        measured: 4,
        expected: 2,
        deviation: 9,
        text: `${signal} 4, expected 2`,
      })),
    ),
    sinceMs: accused === undefined ? Number.NaN : timeMs,
    estimates: nothing,
    sigmas: nothing,
    trust: nothing,
    substituted: [],
    notice: "",
  };
}

export function rowAt(hour: number) {
  const signals = site.signals.length;
  const timeMs = START + hour * HOUR;
  const entries = [10 * hour, 10 * hour + 1];
  return { timeMs, values: new Float64Array(signals), qualities: new Uint8Array(signals), entries };
}

function deviceOf(id: string, signals: string[]): Device {
  return { id, title: id, zone: "field", asset: "", signedAt: "device", signals };
}

function signalOf(number: number, id: string, device: string, element: string, kind: Signal["kind"]): Signal {
  return {
    id,
    number,
    title: id,
    device,
    element,
    kind,
    unit: "m",
    minimum: 0,
    maximum: 100,
    enum: undefined,
    resolution: 0.01,
    accuracy: 0.05,
    rateMax: undefined,
    flatlineMsMax: undefined,
    rules: [],
    classification: "internal",
  };
}
