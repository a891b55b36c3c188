/**
 * From the text of an EPANET input file to a network, or to every fault in it with its line.
 *
 * Our own small reader, so that a site can be made and checked without starting EPANET; the behaviour is computed by
 * EPANET from the same bytes. Never throws, whatever the text.
 */
import { controlsOf } from "./inp-controls.ts";
import { coordinatesOf, curvesOf, junctionOf, pipeOf, pumpOf, reservoirOf, tankOf, valveOf } from "./inp-elements.ts";
import { type InpFault, InpReading } from "./inp-reading.ts";
import { INP_ELEMENTS_MAX, type InpLine, type InpSections, inpSections } from "./inp-sections.ts";
import { inpUnits } from "./inp-units.ts";
import type { Network } from "./network.ts";

export type { InpFault };

/** More would only repeat the first ones. */
const INP_FAULTS_MAX = 100;

/** Reads an EPANET input file. All faults at once; never throws. */
export function readInp(text: string): Network | InpFault[] {
  const sections = inpSections(text);
  const lines = [...sections.values()].reduce((sum, section) => sum + section.length, 0);
  if (lines > INP_ELEMENTS_MAX) return [{ line: 1, message: `more lines than INP_ELEMENTS_MAX (${INP_ELEMENTS_MAX})` }];
  const option = (sections.get("OPTI") ?? []).find((at) => at.words[0]?.toUpperCase() === "UNITS");
  const units = inpUnits(option?.words[1] ?? "GPM");
  if (units === undefined) return [{ line: option?.line ?? 1, message: "EPANET does not know this flow unit" }];
  const reading = new InpReading(units);
  const network = networkOf(reading, sections);
  if (network.junctions.length + network.tanks.length + network.reservoirs.length === 0) {
    reading.faults.push({ line: 1, message: "holds no junction, tank or reservoir: is it an EPANET input file?" });
  }
  return reading.faults.length === 0 ? network : reading.faults.slice(0, INP_FAULTS_MAX);
}

function networkOf(reading: InpReading, sections: InpSections): Network {
  const read = <T>(name: string, one: (reading: InpReading, at: InpLine) => T): T[] =>
    (sections.get(name) ?? []).map((at) => one(reading, at));
  const nodes = {
    junctions: read("JUNC", junctionOf),
    reservoirs: read("RESE", reservoirOf),
    tanks: read("TANK", tankOf),
  };
  const links = { pipes: read("PIPE", pipeOf), pumps: read("PUMP", pumpOf), valves: read("VALV", valveOf) };
  checkIds(reading, sections, ["JUNC", "RESE", "TANK"]);
  checkIds(reading, sections, ["PIPE", "PUMP", "VALV"]);
  checkEnds(reading, sections, new Set(Object.values(nodes).flatMap((list) => list.map((node) => node.id))));
  const tanks = new Set(nodes.tanks.map((tank) => tank.id));
  const { controls, others } = controlsOf(reading, sections.get("CONT") ?? [], tanks);
  const rules = (sections.get("RULE") ?? []).map((at) => at.words.join(" "));
  return {
    flowUnit: reading.units.flowUnit,
    ...nodes,
    ...links,
    curves: curvesOf(reading, sections.get("CURV") ?? []),
    controls,
    otherControls: [...others, ...rules],
    coordinates: coordinatesOf(reading, sections),
  };
}

/** Ids are unique among nodes, and among links. */
function checkIds(reading: InpReading, sections: InpSections, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const at of names.flatMap((name) => sections.get(name) ?? [])) {
    const id = at.words[0] as string;
    if (seen.has(id)) reading.fault(at, `"${id}" is there already`);
    seen.add(id);
  }
}

function checkEnds(reading: InpReading, sections: InpSections, nodes: ReadonlySet<string>): void {
  for (const at of ["PIPE", "PUMP", "VALV"].flatMap((name) => sections.get(name) ?? [])) {
    for (const end of at.words.slice(1, 3)) if (!nodes.has(end)) reading.fault(at, `no node is called "${end}"`);
  }
}
