/**
 * Signals of a water network, named as in BATADAL: `L_` tank level (m), `F_` flow (l/s), `S_` status (0/1), `P_`
 * pressure (m), then the element's id.
 */
import type { Network } from "../network/network.ts";
import { SIGNAL_ID } from "../site-yaml.ts";

export type WaterKind = "level" | "flow" | "status" | "pressure";

export interface WaterSignal {
  readonly id: string;
  readonly kind: WaterKind;
  readonly element: string;
}

const KIND_OF: Readonly<Record<string, WaterKind>> = { L: "level", F: "flow", S: "status", P: "pressure" };

/** What a name says, or undefined when it is no name of a water signal. */
export function waterSignal(id: string): WaterSignal | undefined {
  const kind = KIND_OF[id[0] ?? ""];
  return kind !== undefined && id[1] === "_" && id.length > 2 && SIGNAL_ID.test(id)
    ? { id, kind, element: id.slice(2) }
    : undefined;
}

/** True when the network has an element that can be measured so. */
export function isMeasurable(network: Network, signal: WaterSignal): boolean {
  const has = (list: readonly { readonly id: string }[]) => list.some((element) => element.id === signal.element);
  if (signal.kind === "level") return has(network.tanks);
  if (signal.kind === "pressure") return has(network.junctions) || has(network.tanks);
  return has(network.pumps) || has(network.valves) || has(network.pipes);
}

/** What a utility usually measures: tank levels, flow and status of pumps and driven valves, pressures beside them. */
export function usualSensors(network: Network): string[] {
  const driven = new Set(network.controls.map((rule) => rule.link));
  const actuators = [...network.pumps, ...network.valves.filter((valve) => driven.has(valve.id))];
  const junctions = new Set(network.junctions.map((junction) => junction.id));
  const ends = new Set(actuators.flatMap((link) => [link.from, link.to]).filter((node) => junctions.has(node)));
  return [
    ...network.tanks.map((tank) => `L_${tank.id}`),
    ...actuators.flatMap((link) => [`F_${link.id}`, `S_${link.id}`]),
    ...[...ends].map((node) => `P_${node}`),
  ];
}
