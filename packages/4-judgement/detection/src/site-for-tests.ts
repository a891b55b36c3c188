/** A small plant for tests: one pump fills one tank; flow, pressure and level hang together. */
import { type Chance, seededChance } from "@twinward/kernel";
import type { Signal, Site } from "@twinward/plant";

const MINUTES_15_MS = 900_000;
const START_MS = Date.UTC(2026, 0, 5);

export function testSite(change: (signal: Signal) => Partial<Signal> = () => ({})): Site {
  const signals = [
    signalOf(0, "L_T1", "level", "T1", 0, 5, 0.01, 0.05),
    signalOf(1, "S_PU1", "status", "PU1", 0, 1, 1, 0.1),
    signalOf(2, "F_PU1", "flow", "PU1", 0, 100, 0.01, 1),
    signalOf(3, "P_J1", "pressure", "J1", 0, 100, 0.01, 0.5),
    signalOf(4, "P_J2", "pressure", "J2", 0, 100, 0.01, 0.5),
  ].map((signal) => ({ ...signal, ...change(signal) }));
  return {
    id: "test",
    title: "test",
    timeZone: "UTC",
    digest: "ab".repeat(32),
    files: [],
    zones: [],
    conduits: [],
    assets: [],
    devices: [
      { id: "plc1", title: "plc1", zone: "field", asset: "", signedAt: "device", signals: signals.map((s) => s.id) },
    ],
    signals,
    behaviour: { kind: "none" },
    modes: [],
    csv: { delimiter: ",", timeColumn: "time", timeFormat: "iso", labelColumn: undefined },
    samplePeriodMs: MINUTES_15_MS,
    latenessMsMax: MINUTES_15_MS,
    aheadMsMax: 60_000,
    openLinkMsMax: MINUTES_15_MS,
  };
}

/** `count` honest rows of the plant of `testSite`, from row number `from` of its life. */
export function testRows(count: number, seed = 1): { timeMs: number; values: Float64Array }[] {
  const chance = seededChance(seed);
  let level = 2.5;
  let on = 1;
  return Array.from({ length: count }, (_, i) => {
    if (level < 1.5) on = 1;
    if (level > 4) on = 0;
    const demand = 20 + 8 * Math.sin((2 * Math.PI * i) / 96) + 2 * chance.normal();
    const flow = on * (60 - 3 * level);
    level += (flow - demand) * 0.004;
    return { timeMs: START_MS + i * MINUTES_15_MS, values: measured(chance, level, on, flow, demand) };
  });
}

function measured(chance: Chance, level: number, on: number, flow: number, demand: number): Float64Array {
  const noise = (sigma: number) => sigma * chance.normal();
  const head = 40 + 4 * level;
  return Float64Array.of(
    level + noise(0.01),
    on,
    on === 0 ? 0 : flow + noise(0.2),
    head + noise(0.1),
    head - 0.01 * demand * demand + noise(0.1),
  );
}

function signalOf(
  number: number,
  id: string,
  kind: Signal["kind"],
  element: string,
  minimum: number,
  maximum: number,
  resolution: number,
  accuracy: number,
): Signal {
  return {
    id,
    number,
    title: id,
    device: "plc1",
    element,
    kind,
    unit: "1",
    minimum,
    maximum,
    enum: kind === "status" ? [0, 1] : undefined,
    resolution,
    accuracy,
    rateMax: undefined,
    flatlineMsMax: undefined,
    rules: [],
    classification: "internal",
  };
}
