/** The Thing Description of a controller of a water network (W3C WoT TD 1.1 with our extension vocabulary). */
import { PLANT_NAMESPACE, TD_CONTEXT } from "../thing-schema.ts";
import type { LimitsOf } from "./water-limits.ts";
import type { WaterKind, WaterSignal } from "./water-signal.ts";
import type { MeasuringStation } from "./water-station.ts";

/** UCUM. Pressure is a head: metres of water column. */
const UNIT: Readonly<Record<WaterKind, string>> = { level: "m", flow: "L/s", status: "1", pressure: "m[H2O]" };
const WORDS: Readonly<Record<WaterKind, string>> = {
  level: "Level of tank",
  flow: "Flow through",
  status: "Status of",
  pressure: "Pressure at",
};

/** JSON text, two blanks deep. */
export function waterThing(siteId: string, station: MeasuringStation, limitsOf: LimitsOf): string {
  const td = {
    "@context": [TD_CONTEXT, { tw: PLANT_NAMESPACE }],
    id: `urn:twinward:${siteId}:${station.id}`,
    title: station.title,
    "tw:device": station.id,
    securityDefinitions: { credential: { scheme: "bearer", in: "header", name: "Authorization" } },
    security: "credential",
    properties: Object.fromEntries(station.signals.map((signal) => [signal.id, propertyOf(signal, limitsOf)])),
  };
  return `${JSON.stringify(td, null, 2)}\n`;
}

function propertyOf(signal: WaterSignal, limitsOf: LimitsOf): Record<string, unknown> {
  const limits = limitsOf(signal);
  const status = signal.kind === "status";
  return {
    title: `${WORDS[signal.kind]} ${signal.element}`,
    type: status ? "integer" : "number",
    unit: UNIT[signal.kind],
    minimum: limits.minimum,
    maximum: limits.maximum,
    ...(status ? { enum: [0, 1] } : {}),
    readOnly: true,
    "tw:quantity": signal.kind,
    "tw:element": signal.element,
    "tw:resolution": limits.resolution,
    "tw:accuracy": limits.accuracy,
    ...(limits.rateMax === undefined ? {} : { "tw:rateMax": limits.rateMax }),
    ...(limits.flatlineMax === undefined ? {} : { "tw:flatlineMax": limits.flatlineMax }),
    ...(limits.rules.length === 0 ? {} : { "tw:rules": limits.rules }),
    forms: [
      { href: `/v1/signals/${encodeURIComponent(signal.id)}`, op: "readproperty", contentType: "application/json" },
    ],
  };
}
