/** The site from its checked parts: signals numbered as listed in site.yaml. Nothing is checked any more. */

import { assert } from "@twinward/kernel";
import type { Device, Signal, Site } from "./site.ts";
import { siteDigest, sortedByPath } from "./site-digest.ts";
import type { ShapedParts } from "./site-parts.ts";
import type { SiteYaml } from "./site-yaml.ts";
import type { ThingProperty } from "./thing.ts";

export function buildSite(parts: ShapedParts): Site {
  const { shape } = parts;
  const signals = signalsOf(parts);
  return {
    id: shape.id,
    title: shape.title,
    timeZone: shape.timeZone,
    digest: siteDigest(parts.files),
    files: sortedByPath(parts.files),
    zones: shape.zones,
    conduits: shape.conduits,
    assets: shape.assets.map((asset) => ({ ...asset, x: asset.x, y: asset.y })),
    devices: devicesOf(shape, signals),
    signals,
    behaviour: shape.behaviour,
    modes: shape.modes,
    operatingLimits: shape.operatingLimits,
    csv: { ...shape.csv, labelColumn: shape.csv.labelColumn },
    samplePeriodMs: shape.timing.samplePeriod,
    latenessMsMax: shape.timing.lateness,
    aheadMsMax: shape.timing.ahead,
    openLinkMsMax: shape.timing.openLink,
  };
}

function devicesOf(shape: SiteYaml, signals: readonly Signal[]): Device[] {
  const byDevice = Map.groupBy(signals, (signal) => signal.device);
  return shape.devices.map((device) => ({
    ...device,
    signals: (byDevice.get(device.id) ?? []).map((signal) => signal.id),
  }));
}

function signalsOf({ shape, things }: ShapedParts): Signal[] {
  const described = new Map<string, { device: string; property: ThingProperty }>();
  for (const thing of things.values()) {
    assert(thing.description !== undefined, "a Thing Description without a shape has faults");
    for (const [name, property] of Object.entries(thing.description.properties)) {
      described.set(name, { device: thing.description["tw:device"], property });
    }
  }
  return shape.signals.map((id, number) => {
    const found = described.get(id);
    assert(found !== undefined, "a listed signal without a description is a fault");
    return signalOf(id, number, found.device, found.property);
  });
}

function signalOf(id: string, number: number, device: string, property: ThingProperty): Signal {
  const flatline = property["tw:flatlineMax"];
  return {
    id,
    number,
    title: property.title,
    device,
    element: property["tw:element"],
    kind: property["tw:quantity"],
    unit: property.unit,
    minimum: property.minimum,
    maximum: property.maximum,
    enum: property.enum,
    resolution: property["tw:resolution"],
    accuracy: property["tw:accuracy"],
    rateMax: property["tw:rateMax"],
    flatlineMsMax: flatline === undefined ? undefined : flatline * 1000,
    deadBand: property["tw:deadBand"],
    column: property["tw:column"],
    rules: property["tw:rules"] ?? [],
    classification: property["tw:classification"] ?? "internal",
  };
}
