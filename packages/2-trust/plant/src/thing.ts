/**
 * A device's Thing Description: what it measures, and how far a value may go, jump or stand still.
 *
 * TD 1.1 itself knows minimum, maximum, enum and unit; the rest is the extension vocabulary (prefix `tw`).
 */
import { type LocatedText, readLocated } from "./located-text.ts";
import type { Classification, QuantityKind } from "./site.ts";
import type { SiteFault } from "./site-fault.ts";
import { THING_ITEMS_MAX } from "./site-limits.ts";
import { extensionProblems, thingProblems } from "./thing-schema.ts";

/** A property of a Thing Description that both schemas have passed. */
export interface ThingProperty {
  readonly title: string;
  readonly type: "number" | "integer";
  readonly unit: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly enum?: readonly number[];
  readonly "tw:quantity": QuantityKind;
  readonly "tw:element": string;
  readonly "tw:resolution": number;
  readonly "tw:accuracy": number;
  readonly "tw:deadBand"?: number;
  /** Unit per second. */
  readonly "tw:rateMax"?: number;
  /** Seconds. */
  readonly "tw:flatlineMax"?: number;
  readonly "tw:rules"?: readonly string[];
  readonly "tw:classification"?: Classification;
  readonly "tw:column"?: string;
}

interface ThingDescription {
  readonly "tw:device": string;
  readonly properties: Readonly<Record<string, ThingProperty>>;
}

export interface Thing {
  readonly text: LocatedText;
  /** Undefined when there are faults. */
  readonly description: ThingDescription | undefined;
  readonly faults: readonly SiteFault[];
}

/** Reads and checks one Thing Description. JSON only, although the reader that finds its lines knows YAML. */
export function readThing(file: string, bytes: Uint8Array): Thing {
  const text = readLocated(file, bytes, { name: "THING_ITEMS_MAX", value: THING_ITEMS_MAX });
  if (text.faults.length > 0) return { text, description: undefined, faults: text.faults };
  const notJson = jsonFault(text, bytes);
  if (notJson !== undefined) return { text, description: undefined, faults: [notJson] };
  const problems = [...thingProblems(text.value), ...extensionProblems(text.value)];
  const faults = problems.map((problem) => text.fault(problem.path, problem.message));
  if (faults.length > 0) return { text, description: undefined, faults };
  const description = text.value as ThingDescription;
  const limits = Object.entries(description.properties).flatMap(([name, property]) =>
    limitFaults(text, name, property),
  );
  return { text, description: limits.length === 0 ? description : undefined, faults: limits };
}

function jsonFault(text: LocatedText, bytes: Uint8Array): SiteFault | undefined {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return undefined;
  } catch (cause) {
    return text.fault([], `is not JSON: ${cause instanceof Error ? cause.message : "cannot be parsed"}`);
  }
}

/** What no schema can say: limits against each other. */
function limitFaults(text: LocatedText, name: string, property: ThingProperty): SiteFault[] {
  const at = ["properties", name];
  const faults: SiteFault[] = [];
  if (property.minimum >= property.maximum) return [text.fault([...at, "maximum"], "must be above minimum")];
  property.enum?.forEach((value, i) => {
    if (value < property.minimum || value > property.maximum) {
      faults.push(text.fault([...at, "enum", i], "lies outside minimum and maximum"));
    }
  });
  if (property["tw:resolution"] > property.maximum - property.minimum) {
    faults.push(text.fault([...at, "tw:resolution"], "is coarser than the whole range"));
  }
  return faults;
}
