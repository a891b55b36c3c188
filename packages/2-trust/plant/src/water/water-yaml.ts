/** site.yaml of a water network. */
import { Document, isCollection, isMap, isSeq } from "yaml";
import { durationText } from "../duration.ts";
import type { Network } from "../network/network.ts";
import type { CsvProfile, LevelControl } from "../site.ts";
import { SITE_FORMAT } from "../site-yaml.ts";
import { waterAssets, zoneOf } from "./water-assets.ts";
import type { WaterSignal } from "./water-signal.ts";
import type { MeasuringStation } from "./water-station.ts";

export interface WaterYaml {
  readonly id: string;
  readonly title: string;
  readonly modelPath: string;
  readonly csv: CsvProfile;
  readonly samplePeriodMs: number;
  readonly network: Network;
  readonly signals: readonly WaterSignal[];
  readonly stations: readonly MeasuringStation[];
}

const HEADER = " A site of Twinward. What each key means: docs/formats/site.md\n Made from the model by makeWaterSite.";
/** Below this share of a tank's height its outlet draws air. */
const LEVEL_LOW_SHARE = 0.04;

export function waterYaml(water: WaterYaml): string {
  const document = new Document({
    format: SITE_FORMAT,
    id: water.id,
    title: water.title,
    timeZone: "Etc/UTC",
    timing: timingOf(water.samplePeriodMs),
    csv: water.csv,
    behaviour: { kind: "epanet", model: water.modelPath, controls: levelControls(water.network) },
    modes: MODES,
    zones: ZONES,
    conduits: CONDUITS,
    assets: [...waterAssets(water.network, water.stations), SERVER],
    devices: water.stations.map(deviceOf),
    signals: water.signals.map((signal) => signal.id),
    operatingLimits: operatingLimits(water),
  });
  document.commentBefore = HEADER;
  oneLineItems(document);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Lists of maps have one item a line. */
function oneLineItems(document: Document): void {
  if (!isMap(document.contents)) return;
  const lists = document.contents.items.map((pair) => pair.value);
  for (const list of [...lists, document.getIn(["behaviour", "controls"])]) {
    if (isSeq(list)) for (const item of list.items) if (isCollection(item)) item.flow = true;
  }
}

/**
 * A row waits for a silent device for two samples, after which silence is itself a finding; a frame whose predecessor
 * is unknown waits one sample longer, so that an outage that ends in time is no accusation.
 */
function timingOf(samplePeriodMs: number) {
  return {
    samplePeriod: durationText(samplePeriodMs),
    lateness: durationText(2 * samplePeriodMs),
    ahead: "1min",
    openLink: durationText(3 * samplePeriodMs),
  };
}

const MODES = [
  { id: "normal", title: "Normal operation" },
  { id: "maintenance", title: "Planned work on the element named in a notice" },
  { id: "calibration", title: "An instrument is being calibrated" },
  { id: "start-up", title: "Filling and starting" },
  { id: "out-of-service", title: "Taken out of service" },
];

/** IEC 62443-3-2: a stolen pump controller can flood or dry a district, a lone tank transmitter only mislead it. */
const ZONES = [
  { id: "control-centre", title: "Control centre: SCADA and the twin", securityLevelTarget: 3 },
  { id: "pump-stations", title: "Pump and valve stations with their controllers", securityLevelTarget: 3 },
  { id: "tanks", title: "Unmanned tanks and loggers", securityLevelTarget: 2 },
];

const CONDUITS = [
  { id: "stations-to-centre", from: "pump-stations", to: "control-centre", flows: ["twinward-frame/https"] },
  { id: "tanks-to-centre", from: "tanks", to: "control-centre", flows: ["twinward-frame/https"] },
  { id: "tanks-to-stations", from: "tanks", to: "pump-stations", flows: ["level telemetry between controllers"] },
];

const SERVER = { id: "twin-server", title: "Twin server", zone: "control-centre", kind: "server" };

/** On below one level and off above another, from pairs of simple controls. */
function levelControls(network: Network): LevelControl[] {
  return network.controls
    .filter((rule) => rule.opens && rule.when === "below")
    .flatMap((on) => {
      const off = network.controls.find(
        (rule) => !rule.opens && rule.when === "above" && rule.link === on.link && rule.tank === on.tank,
      );
      if (off === undefined || off.level <= on.level) return [];
      return [{ actuator: on.link, tank: on.tank, onBelow: rounded(on.level), offAbove: rounded(off.level) }];
    });
}

function deviceOf(station: MeasuringStation) {
  return {
    id: station.id,
    title: station.title,
    zone: zoneOf(station),
    asset: station.id.toUpperCase(),
    thing: `things/${station.id}.td.json`,
    signedAt: "device",
  };
}

function operatingLimits({ network, signals }: WaterYaml) {
  return signals.flatMap((signal) => {
    const tank = signal.kind === "level" ? network.tanks.find((one) => one.id === signal.element) : undefined;
    if (tank === undefined) return [];
    const low = tank.minimumLevel + LEVEL_LOW_SHARE * (tank.maximumLevel - tank.minimumLevel);
    return [{ signal: signal.id, low: rounded(low), high: rounded(tank.maximumLevel) }];
  });
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
