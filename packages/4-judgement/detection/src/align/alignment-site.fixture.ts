/** A small site for tests of alignment: devices `d0`, `d1` …, each with signals `d0s0`, `d0s1` … */
import type { Device, Signal, Site } from "@twinward/plant";

export interface AlignmentSiteOptions {
  readonly devices: number;
  readonly signalsEach: number;
  readonly samplePeriodMs: number;
  readonly latenessMsMax: number;
}

export function alignmentSite(options: AlignmentSiteOptions): Site {
  const devices = Array.from({ length: options.devices }, (_, d) => deviceOf(d, options.signalsEach));
  const ids = devices.flatMap((device) => device.signals.map((id) => ({ id, device: device.id })));
  return {
    id: "test-site",
    title: "test",
    timeZone: "UTC",
    digest: "00".repeat(32),
    files: [],
    zones: [{ id: "field", title: "field", securityLevelTarget: 1 }],
    conduits: [],
    assets: [],
    devices,
    signals: ids.map(({ id, device }, number) => signalOf(id, device, number)),
    behaviour: { kind: "none" },
    modes: [],
    csv: { delimiter: ",", timeColumn: "time", timeFormat: "iso", labelColumn: undefined },
    samplePeriodMs: options.samplePeriodMs,
    latenessMsMax: options.latenessMsMax,
    aheadMsMax: 60_000,
    openLinkMsMax: 10 * options.samplePeriodMs,
  };
}

function deviceOf(number: number, signals: number): Device {
  const id = `d${number}`;
  const names = Array.from({ length: signals }, (_, s) => `${id}s${s}`);
  return { id, title: id, zone: "field", asset: "", signedAt: "device", signals: names };
}

function signalOf(id: string, device: string, number: number): Signal {
  return {
    id,
    number,
    title: id,
    device,
    element: id,
    kind: "level",
    unit: "m",
    minimum: -1e9,
    maximum: 1e9,
    enum: undefined,
    resolution: 0.1,
    accuracy: 0.1,
    rateMax: undefined,
    flatlineMsMax: undefined,
    rules: [],
    classification: "internal",
  };
}
