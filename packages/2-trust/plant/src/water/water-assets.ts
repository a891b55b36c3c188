/** What stands where: controllers and the elements they measure, with their places on the map. */
import type { Network } from "../network/network.ts";
import type { WaterSignal } from "./water-signal.ts";
import type { MeasuringStation } from "./water-station.ts";

interface Place {
  readonly x: number;
  readonly y: number;
}

interface WaterAsset extends Partial<Place> {
  readonly id: string;
  readonly title: string;
  readonly zone: string;
  readonly kind: string;
}

const ASSET_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Controllers first, named like their device in capitals; then tanks, pumps, valves and pipes, each once. */
export function waterAssets(network: Network, stations: readonly MeasuringStation[]): WaterAsset[] {
  const assets = [
    ...stations.map((station) => controllerAsset(network, station)),
    ...stations.flatMap((station) => station.signals.flatMap((signal) => elementAsset(network, station, signal) ?? [])),
  ];
  const first = new Map(assets.toReversed().map((asset) => [asset.id, asset]));
  return assets.filter((asset) => first.get(asset.id) === asset && ASSET_ID.test(asset.id));
}

/** A controller that reports a status drives something. */
export function zoneOf(station: MeasuringStation): string {
  return station.signals.some((signal) => signal.kind === "status") ? "pump-stations" : "tanks";
}

function controllerAsset(network: Network, station: MeasuringStation): WaterAsset {
  const places = station.signals.flatMap((signal) => placeOf(network, signal) ?? []);
  const id = station.id.toUpperCase();
  return { id, title: station.title, zone: zoneOf(station), kind: "controller", ...middle(places) };
}

/** A pressure is a place in the network, not a thing one owns. */
function elementAsset(network: Network, station: MeasuringStation, signal: WaterSignal): WaterAsset | undefined {
  if (signal.kind === "pressure") return undefined;
  const kind = kindOf(network, signal);
  const title = `${kind[0]?.toUpperCase()}${kind.slice(1)} ${signal.element}`;
  return { id: signal.element, title, zone: zoneOf(station), kind, ...placeOf(network, signal) };
}

function kindOf(network: Network, signal: WaterSignal): string {
  if (signal.kind === "level") return "tank";
  if (network.pumps.some((pump) => pump.id === signal.element)) return "pump";
  return network.valves.some((valve) => valve.id === signal.element) ? "valve" : "pipe";
}

/** Levels and pressures are measured at a node; flows and statuses at a link, which stands between its ends. */
function placeOf(network: Network, signal: WaterSignal): Place | undefined {
  if (signal.kind === "level" || signal.kind === "pressure") return network.coordinates.get(signal.element);
  const link = [...network.pumps, ...network.valves, ...network.pipes].find((one) => one.id === signal.element);
  const ends = link === undefined ? [] : [network.coordinates.get(link.from), network.coordinates.get(link.to)];
  return middle(ends.filter((end) => end !== undefined));
}

function middle(places: readonly Place[]): Place | undefined {
  if (places.length === 0) return undefined;
  const mean = (values: readonly number[]) =>
    Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 100) / 100;
  return { x: mean(places.map((place) => place.x)), y: mean(places.map((place) => place.y)) };
}
