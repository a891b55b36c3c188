/**
 * A site folder from an EPANET network: what it measures, who signs it, and what every value may do.
 *
 * The same maker writes `sites/c-town` and answers `init --template epanet`, so an example and a newcomer's own
 * network never differ in kind. Invariant: what it returns loads without a fault.
 */
import { UsageError } from "@twinward/kernel";
import type { Network } from "../network/network.ts";
import { readInp } from "../network/read-inp.ts";
import { provenSite } from "../proven-site.ts";
import type { CsvProfile, SiteFile } from "../site.ts";
import { waterLimits } from "./water-limits.ts";
import { isMeasurable, usualSensors, type WaterSignal, waterSignal } from "./water-signal.ts";
import { measuringStations, type Station } from "./water-station.ts";
import { waterThing } from "./water-thing.ts";
import { waterYaml } from "./water-yaml.ts";

export type { Station };

export interface WaterSite {
  readonly id: string;
  readonly title?: string;
  /** Bytes of the EPANET input file. */
  readonly inp: Uint8Array;
  /** Where the model lies in the site. Default `model/<id>.inp`. */
  readonly modelPath?: string;
  /** Measured signals by name (`L_T1`, `F_PU1` …), in order. Default: every tank, pump and controlled valve. */
  readonly sensors?: readonly string[];
  /** Default: one for each group of neighbouring pumps and valves and one for each tank. */
  readonly stations?: readonly Station[];
  /** How its recorded data is written. Default: comma, `DATETIME`, ISO times, `ATT_FLAG`. */
  readonly csv?: CsvProfile;
  /** Default one hour. */
  readonly samplePeriodMs?: number;
}

const USUAL_CSV: CsvProfile = { delimiter: ",", timeColumn: "DATETIME", timeFormat: "iso", labelColumn: "ATT_FLAG" };
const HOUR_MS = 3_600_000;

/** The files of a site for an EPANET network. Throws UsageError when the network or the sensors cannot be used. */
export function makeWaterSite(water: WaterSite): SiteFile[] {
  const network = networkOf(water.inp);
  const signals = signalsOf(network, water.sensors ?? usualSensors(network));
  const stations = measuringStations(network, signals, water.stations);
  const modelPath = water.modelPath ?? `model/${water.id}.inp`;
  const samplePeriodMs = water.samplePeriodMs ?? HOUR_MS;
  const limitsOf = waterLimits(network, new Set(signals.map((signal) => signal.id)), samplePeriodMs / 1000);
  const yaml = waterYaml({
    id: water.id,
    title: water.title ?? `Water network ${water.id}`,
    modelPath,
    csv: water.csv ?? USUAL_CSV,
    samplePeriodMs,
    network,
    signals,
    stations,
  });
  const files = [
    textFile("site.yaml", yaml),
    ...stations.map((station) => textFile(`things/${station.id}.td.json`, waterThing(water.id, station, limitsOf))),
    { path: modelPath, bytes: water.inp },
  ];
  return provenSite(files);
}

function networkOf(inp: Uint8Array): Network {
  const network = readInp(new TextDecoder().decode(inp));
  if (!Array.isArray(network)) return network;
  const faults = network.slice(0, 5).map((fault) => `line ${fault.line}: ${fault.message}`);
  throw new UsageError(`the model is no EPANET input file that can be read: ${faults.join("; ")}`);
}

function signalsOf(network: Network, names: readonly string[]): WaterSignal[] {
  const unknown: string[] = [];
  const signals = names.flatMap((name) => {
    const signal = waterSignal(name);
    if (signal !== undefined && isMeasurable(network, signal)) return [signal];
    unknown.push(name);
    return [];
  });
  if (unknown.length === 0) return signals;
  throw new UsageError(`the model has nothing to measure for: ${unknown.slice(0, 20).join(", ")}`, {
    remedy: "name signals L_ tank, F_ or S_ pump, valve or pipe, P_ junction, each with the element's id",
  });
}

function textFile(path: string, text: string): SiteFile {
  return { path, bytes: new TextEncoder().encode(text) };
}
