/** Nodes and links of an EPANET input file. Source: EPANET 2.2 User Manual, appendix C.2. */
import type { InpReading } from "./inp-reading.ts";
import type { InpLine, InpSections } from "./inp-sections.ts";
import type { CurvePoint, Junction, Pipe, Pump, Reservoir, Tank, Valve } from "./network.ts";

const VALVE_TYPES = ["PRV", "PSV", "PBV", "FCV", "TCV", "GPV", "PCV"];

export function junctionOf(reading: InpReading, at: InpLine): Junction {
  return { id: reading.id(at, 0), elevation: reading.number(at, 1, "elevation", reading.units.metres) };
}

export function reservoirOf(reading: InpReading, at: InpLine): Reservoir {
  return { id: reading.id(at, 0), head: reading.number(at, 1, "head", reading.units.metres) };
}

export function tankOf(reading: InpReading, at: InpLine): Tank {
  const metres = reading.units.metres;
  const tank = {
    id: reading.id(at, 0),
    elevation: reading.number(at, 1, "elevation", metres),
    initialLevel: reading.number(at, 2, "initial level", metres),
    minimumLevel: reading.number(at, 3, "minimum level", metres),
    maximumLevel: reading.number(at, 4, "maximum level", metres),
    diameter: reading.positive(at, 5, "diameter", metres),
  };
  if (tank.minimumLevel >= tank.maximumLevel) reading.fault(at, "maximum level must be above minimum level");
  return tank;
}

export function pipeOf(reading: InpReading, at: InpLine): Pipe {
  return { ...linkOf(reading, at), diameter: reading.positive(at, 4, "diameter", reading.units.metresOfBore) };
}

export function pumpOf(reading: InpReading, at: InpLine): Pump {
  const head = at.words.findIndex((word, i) => i >= 3 && word.toUpperCase() === "HEAD");
  return { ...linkOf(reading, at), curve: head < 0 ? undefined : at.words[head + 1] };
}

export function valveOf(reading: InpReading, at: InpLine): Valve {
  const type = (at.words[4] ?? "").toUpperCase();
  if (!VALVE_TYPES.includes(type)) reading.fault(at, `valve type must be one of ${VALVE_TYPES.join(", ")}`);
  return { ...linkOf(reading, at), diameter: reading.positive(at, 3, "diameter", reading.units.metresOfBore), type };
}

function linkOf(reading: InpReading, at: InpLine): { id: string; from: string; to: string } {
  return { id: reading.id(at, 0), from: reading.id(at, 1), to: reading.id(at, 2) };
}

/** Points of each curve in the order of the file. Only pump curves are asked for, so their units are used for all. */
export function curvesOf(reading: InpReading, lines: readonly InpLine[]): Map<string, CurvePoint[]> {
  const curves = new Map<string, CurvePoint[]>();
  for (const at of lines) {
    const points = curves.get(reading.id(at, 0)) ?? [];
    points.push({
      flow: reading.number(at, 1, "x value", reading.units.litresPerSecond),
      head: reading.number(at, 2, "y value", reading.units.metres),
    });
    curves.set(at.words[0] as string, points);
  }
  return curves;
}

export function coordinatesOf(reading: InpReading, sections: InpSections): Map<string, { x: number; y: number }> {
  return new Map(
    (sections.get("COOR") ?? []).map((at) => [
      reading.id(at, 0),
      { x: reading.number(at, 1, "x coordinate"), y: reading.number(at, 2, "y coordinate") },
    ]),
  );
}
