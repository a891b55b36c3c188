/**
 * The highest head each node can ever see, from what feeds it.
 *
 * Nodes joined by pipes and valves share a pressure zone. No water in it stands higher than the top of its tanks, its
 * reservoirs, or what a pump can lift at no flow from the zone before it.
 */
import type { Network } from "./network.ts";
import { pumpBounds } from "./pump-curve.ts";

/** Metres above datum by node id; nodes that nothing feeds are missing. */
export function highestHeads(network: Network): ReadonlyMap<string, number> {
  const zoneOf = pressureZones(network);
  const heads = new Map<string, number>();
  const raise = (node: string, head: number) => {
    const zone = zoneOf(node);
    heads.set(zone, Math.max(heads.get(zone) ?? Number.NEGATIVE_INFINITY, head));
  };
  for (const tank of network.tanks) raise(tank.id, tank.elevation + tank.maximumLevel);
  for (const reservoir of network.reservoirs) raise(reservoir.id, reservoir.head);
  // Pumps in a row pass the head on; in a ring they would raise it for ever, so each passes it on once.
  const lifts = network.pumps.filter((pump) => zoneOf(pump.from) !== zoneOf(pump.to));
  const done = new Set<string>();
  for (let progress = true; progress; ) {
    progress = false;
    for (const pump of lifts) {
      const suction = heads.get(zoneOf(pump.from));
      if (done.has(pump.id) || suction === undefined) continue;
      done.add(pump.id);
      raise(pump.to, suction + (pumpBounds(network.curves.get(pump.curve ?? "") ?? [])?.headMax ?? 0));
      progress = true;
    }
  }
  const nodes = [...network.junctions, ...network.tanks, ...network.reservoirs].map((node) => node.id);
  return new Map(nodes.flatMap((node) => (heads.has(zoneOf(node)) ? [[node, heads.get(zoneOf(node)) as number]] : [])));
}

/** Union-find over pipes and valves. */
function pressureZones(network: Network): (node: string) => string {
  const parents = new Map<string, string>();
  const rootOf = (node: string): string => {
    let at = node;
    for (let next = parents.get(at); next !== undefined; next = parents.get(at)) {
      // Each visit halves the way, so that long chains of pipes stay cheap.
      const after = parents.get(next);
      if (after !== undefined) parents.set(at, after);
      at = next;
    }
    return at;
  };
  for (const link of [...network.pipes, ...network.valves]) {
    const [from, to] = [rootOf(link.from), rootOf(link.to)];
    if (from !== to) parents.set(from, to);
  }
  return rootOf;
}
