/**
 * What the simulated plant needs to know of a site: its network, its control rules and its signals.
 *
 * `labSiteOf` reads it from a loaded site; the network's file is the same one the twin uses, and
 * mismatch.ts then makes the plant differ from it.
 */
import { TwinwardError } from "@twinward/kernel";
import type { CsvProfile, Device, LevelControl, Signal, Site } from "@twinward/plant";

export type LabSignal = Pick<
  Signal,
  "id" | "device" | "element" | "kind" | "unit" | "minimum" | "maximum" | "resolution" | "accuracy"
>;

export interface LabSite {
  readonly id: string;
  /** Text of the EPANET input file. */
  readonly inp: string;
  readonly controls: readonly LevelControl[];
  readonly signals: readonly LabSignal[];
  readonly devices: readonly Pick<Device, "id" | "signals">[];
  readonly csv: CsvProfile;
  readonly samplePeriodMs: number;
}

/** Throws LAB_SITE when the site has no hydraulic model to simulate. */
export function labSiteOf(site: Site): LabSite {
  const { behaviour } = site;
  const model = behaviour.kind === "epanet" ? site.files.find((file) => file.path === behaviour.model) : undefined;
  if (behaviour.kind !== "epanet" || model === undefined)
    throw new TwinwardError("LAB_SITE", `site ${site.id} has no EPANET model to simulate`);
  return {
    id: site.id,
    inp: new TextDecoder().decode(model.bytes),
    controls: behaviour.controls,
    signals: site.signals,
    devices: site.devices,
    csv: site.csv,
    samplePeriodMs: site.samplePeriodMs,
  };
}

/** Place of a signal in `site.signals`. Throws LAB_SITE. */
export function signalNumber(site: LabSite, id: string): number {
  const number = site.signals.findIndex((signal) => signal.id === id);
  if (number < 0) throw new TwinwardError("LAB_SITE", `site ${site.id} has no signal ${id}`);
  return number;
}
