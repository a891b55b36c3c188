/**
 * Do the names in a site point at something that exists, and exactly once?
 *
 * A device in no zone, a signal no Thing Description describes, a control of a pump the model does not have: each
 * would be a check that never runs, so each is a fault.
 */

import type { QuantityKind } from "./site.ts";
import type { SiteFault } from "./site-fault.ts";
import type { ShapedParts, SiteOptions } from "./site-parts.ts";
import { SIGNAL_ID } from "./site-yaml.ts";
import type { ThingProperty } from "./thing.ts";

/** Every wrong reference of a site whose site.yaml has its shape. */
export function referenceFaults(parts: ShapedParts, options: SiteOptions): SiteFault[] {
  return [
    ...duplicateFaults(parts),
    ...placeFaults(parts),
    ...thingFaults(parts),
    ...signalFaults(parts),
    ...operatingLimitFaults(parts),
    ...controlFaults(parts),
    ...elementFaults(parts),
    ...ruleFaults(parts, options),
  ];
}

function duplicateFaults({ yaml, shape }: ShapedParts): SiteFault[] {
  const lists = {
    zones: shape.zones,
    conduits: shape.conduits,
    assets: shape.assets,
    devices: shape.devices,
    modes: shape.modes,
  };
  const named = Object.entries(lists).flatMap(([list, items]) =>
    repeated(items.map((item) => item.id)).map((i) =>
      yaml.fault([list, i, "id"], `"${items[i]?.id}" is there already`),
    ),
  );
  const signals = repeated(shape.signals).map((i) =>
    yaml.fault(["signals", i], `"${shape.signals[i]}" is there already`),
  );
  const things = repeated(shape.devices.map((device) => device.thing)).map((i) =>
    yaml.fault(["devices", i, "thing"], "belongs to another device already"),
  );
  return [...named, ...signals, ...things];
}

/** Places of the second and later occurrences. */
function repeated(names: readonly string[]): number[] {
  const seen = new Set<string>();
  return names.flatMap((name, i) => (seen.size === seen.add(name).size ? [i] : []));
}

function placeFaults({ yaml, shape }: ShapedParts): SiteFault[] {
  const zones = new Set(shape.zones.map((zone) => zone.id));
  const assets = new Set(shape.assets.map((asset) => asset.id));
  const check = (known: ReadonlySet<string>, name: string, what: string, path: PropertyKey[]): SiteFault[] =>
    known.has(name) ? [] : [yaml.fault(path, `no ${what} is called "${name}"`)];
  return [
    ...shape.assets.flatMap((asset, i) => check(zones, asset.zone, "zone", ["assets", i, "zone"])),
    ...shape.devices.flatMap((device, i) => [
      ...check(zones, device.zone, "zone", ["devices", i, "zone"]),
      ...check(assets, device.asset, "asset", ["devices", i, "asset"]),
    ]),
    ...shape.conduits.flatMap((conduit, i) => [
      ...check(zones, conduit.from, "zone", ["conduits", i, "from"]),
      ...check(zones, conduit.to, "zone", ["conduits", i, "to"]),
    ]),
  ];
}

function thingFaults({ shape, things }: ShapedParts): SiteFault[] {
  return shape.devices.flatMap((device) => {
    const thing = things.get(device.thing);
    const named = thing?.description?.["tw:device"];
    if (thing === undefined || named === undefined || named === device.id) return [];
    return [thing.text.fault(["tw:device"], `is "${named}", but site.yaml gives this file to "${device.id}"`)];
  });
}

/** Each signal is described once, and each description is listed. Silent while a Thing Description has faults. */
function signalFaults({ yaml, shape, things }: ShapedParts): SiteFault[] {
  const listed = new Set(shape.signals);
  const described = new Map<string, string>();
  const faults: SiteFault[] = [];
  for (const [path, { text, description }] of things) {
    for (const name of Object.keys(description?.properties ?? {})) {
      const at = ["properties", name];
      const other = described.get(name);
      if (other !== undefined) faults.push(text.fault(at, `is described in ${other} already`));
      else if (!SIGNAL_ID.test(name)) faults.push(text.fault(at, "is no signal name: letters, digits and `:._/-`"));
      else if (!listed.has(name)) faults.push(text.fault(at, "is not in the list of signals in site.yaml"));
      described.set(name, path);
    }
  }
  const whole = shape.devices.every((device) => things.get(device.thing)?.description !== undefined);
  if (!whole) return faults;
  const missing = shape.signals.flatMap((name, i) =>
    described.has(name) ? [] : [yaml.fault(["signals", i], `no Thing Description has a property "${name}"`)],
  );
  return [...faults, ...missing];
}

function operatingLimitFaults({ yaml, shape }: ShapedParts): SiteFault[] {
  const listed = new Set(shape.signals);
  return shape.operatingLimits.flatMap((limit, i) =>
    listed.has(limit.signal)
      ? []
      : [yaml.fault(["operatingLimits", i, "signal"], `no signal is called "${limit.signal}"`)],
  );
}

function controlFaults({ yaml, shape, network }: ShapedParts): SiteFault[] {
  if (shape.behaviour.kind !== "epanet" || network === undefined) return [];
  const actuators = new Set([...network.pumps, ...network.valves, ...network.pipes].map((link) => link.id));
  const tanks = new Set(network.tanks.map((tank) => tank.id));
  return shape.behaviour.controls.flatMap((control, i) => {
    const at = (key: string) => ["behaviour", "controls", i, key];
    return [
      ...(actuators.has(control.actuator)
        ? []
        : [yaml.fault(at("actuator"), `the model has no link "${control.actuator}"`)]),
      ...(tanks.has(control.tank) ? [] : [yaml.fault(at("tank"), `the model has no tank "${control.tank}"`)]),
    ];
  });
}

function elementFaults({ things, network }: ShapedParts): SiteFault[] {
  if (network === undefined) return [];
  const nodes = ids(network.junctions, network.tanks, network.reservoirs);
  const links = ids(network.pipes, network.pumps, network.valves);
  const known: Record<QuantityKind, ReadonlySet<string>> = {
    level: ids(network.tanks),
    pressure: nodes,
    flow: links,
    status: links,
    other: new Set([...nodes, ...links]),
  };
  return allProperties(things).flatMap(({ thing, name, property }) => {
    const { "tw:quantity": kind, "tw:element": element } = property;
    if (known[kind].has(element)) return [];
    const at = ["properties", name, "tw:element"];
    return [thing.text.fault(at, `the model has no "${element}" with a ${kind === "other" ? "value" : kind}`)];
  });
}

function ids(...lists: readonly (readonly { readonly id: string }[])[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.map((element) => element.id)));
}

function ruleFaults({ things }: ShapedParts, { checkRule }: SiteOptions): SiteFault[] {
  if (checkRule === undefined) return [];
  return allProperties(things).flatMap(({ thing, name, property }) =>
    (property["tw:rules"] ?? []).flatMap((rule, i) => {
      const problem = checkRule(rule);
      return problem === undefined ? [] : [thing.text.fault(["properties", name, "tw:rules", i], problem)];
    }),
  );
}

function allProperties(things: ShapedParts["things"]) {
  return [...things.values()].flatMap((thing) =>
    Object.entries<ThingProperty>(thing.description?.properties ?? {}).map(([name, property]) => ({
      thing,
      name,
      property,
    })),
  );
}
