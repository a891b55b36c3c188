/**
 * Which controller measures what.
 *
 * A controller looks after elements; a pressure belongs to the controller whose pump, valve or tank it stands beside
 * in the network, a pipe's flow to the one at its end. What stands beside nothing has its own logger.
 */
import type { Network } from "../network/network.ts";
import type { WaterSignal } from "./water-signal.ts";

/** A controller and the elements it looks after. */
export interface Station {
  /** Device id, e.g. `plc1`. */
  readonly id: string;
  readonly title: string;
  /** Ids of tanks, pumps, valves, pipes or junctions. Measured elements no station names go to one beside them. */
  readonly elements: readonly string[];
}

export interface MeasuringStation extends Station {
  /** In the order of the site. */
  readonly signals: readonly WaterSignal[];
}

/** Gives each signal to one station; stations that measure nothing are left out. Without `stations`: the usual ones. */
export function measuringStations(
  network: Network,
  signals: readonly WaterSignal[],
  stations?: readonly Station[],
): MeasuringStation[] {
  if (stations !== undefined) return placedSignals(network, signals, stations);
  const usual = placedSignals(network, signals, usualStations(network));
  return usual.map((station, i) => ({ ...station, id: `plc${i + 1}` }));
}

function placedSignals(
  network: Network,
  signals: readonly WaterSignal[],
  stations: readonly Station[],
): MeasuringStation[] {
  const owners = ownerByElement(network, stations);
  const loggers = new Map<string, Station>();
  const stationOf = (signal: WaterSignal): string => {
    const owner = owners.get(signal.element);
    if (owner !== undefined) return owner;
    const logger = loggers.get(signal.element) ?? loggerOf(signal.element, loggers.size + 1);
    loggers.set(signal.element, logger);
    return logger.id;
  };
  const placed = signals.map((signal) => ({ signal, station: stationOf(signal) }));
  return [...stations, ...loggers.values()]
    .map((station) => ({
      ...station,
      signals: placed.filter((place) => place.station === station.id).map((place) => place.signal),
    }))
    .filter((station) => station.signals.length > 0);
}

function loggerOf(element: string, number: number): Station {
  return { id: `logger${number}`, title: `Logger at ${element}`, elements: [element] };
}

/** Named elements first; then their neighbours, one step away. The first station listed wins. */
function ownerByElement(network: Network, stations: readonly Station[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const station of stations) for (const element of station.elements) owners.set(element, station.id);
  const actuators = [...network.pumps, ...network.valves];
  for (const link of actuators) {
    const owner = owners.get(link.id);
    if (owner !== undefined) for (const node of [link.from, link.to]) if (!owners.has(node)) owners.set(node, owner);
  }
  for (const pipe of network.pipes) {
    const owner = owners.get(pipe.id) ?? owners.get(pipe.from) ?? owners.get(pipe.to);
    if (owner !== undefined) owners.set(pipe.id, owner);
  }
  return owners;
}

/** A controller for each group of pumps and valves that stand together, then one for each tank. */
function usualStations(network: Network): Station[] {
  const groups = neighbours(network);
  const pumping = groups.map((elements) => ({ title: `Pumps and valves ${elements.join(", ")}`, elements }));
  const tanks = network.tanks.map((tank) => ({ title: `Tank ${tank.id}`, elements: [tank.id] }));
  return [...pumping, ...tanks].map((station, i) => ({
    id: `station${i + 1}`,
    title: station.title.slice(0, 200),
    elements: station.elements,
  }));
}

/** Pumps and valves that share a node, or whose nodes one pipe joins. */
function neighbours(network: Network): string[][] {
  const groups: { links: string[]; nodes: Set<string> }[] = [];
  for (const link of [...network.pumps, ...network.valves]) {
    const joined = network.pipes
      .filter((pipe) => [pipe.from, pipe.to].some((end) => end === link.from || end === link.to))
      .flatMap((pipe) => [pipe.from, pipe.to]);
    const near = [link.from, link.to, ...joined];
    const group = groups.find((one) => near.some((node) => one.nodes.has(node)));
    if (group === undefined) groups.push({ links: [link.id], nodes: new Set([link.from, link.to]) });
    else {
      group.links.push(link.id);
      for (const node of [link.from, link.to]) group.nodes.add(node);
    }
  }
  return groups.map((group) => group.links);
}
