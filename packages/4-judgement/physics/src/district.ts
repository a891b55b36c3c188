/**
 * District metered areas: groups of junctions that draw water to the same rhythm.
 *
 * A model names no districts, but gives every demand a pattern; demands of one pattern rise and fall together, so one
 * unknown multiplier per pattern is all that can be learned about them. Each such pattern is replaced by one of our
 * own that holds a single value: the multiplier at this moment.
 */
import { type Engine, NODE_TYPE } from "./engine.ts";

export interface District {
  /** The pattern's id in the model; empty for demands without a pattern. */
  readonly id: string;
  /** Index of our pattern in the engine, whose one value is the multiplier. */
  readonly pattern: number;
  /** Sum of base demands, l/s at multiplier 1. */
  readonly base: number;
  /** Junction node indexes. */
  readonly junctions: readonly number[];
  /** Mean of the model's own pattern: what to expect before anything is learned. */
  readonly mean: number;
}

interface Draw {
  readonly node: number;
  readonly place: number;
  readonly base: number;
  readonly pattern: number;
}

/** Groups the demands and takes over their patterns. Districts are sorted by id. */
export function deriveDistricts(engine: Engine): District[] {
  const draws = allDraws(engine);
  const patterns = [...new Set(draws.map((draw) => draw.pattern))];
  const named = patterns.map((pattern) => ({ pattern, id: pattern > 0 ? engine.patternId(pattern) : "" }));
  return named
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ pattern, id }, place) =>
      takeOver(
        engine,
        id,
        pattern,
        draws.filter((draw) => draw.pattern === pattern),
        place,
      ),
    );
}

function allDraws(engine: Engine): Draw[] {
  const draws: Draw[] = [];
  for (let node = 1; node <= engine.nodeCount; node += 1) {
    if (engine.nodeType(node) !== NODE_TYPE.junction) continue;
    engine.demandsOf(node).forEach(({ base, pattern }, at) => {
      if (base !== 0) draws.push({ node, place: at + 1, base, pattern });
    });
  }
  return draws;
}

function takeOver(engine: Engine, id: string, pattern: number, draws: readonly Draw[], place: number): District {
  const mean = pattern > 0 ? engine.patternMean(pattern) : 1;
  const own = engine.addPattern(`twin-${place}`);
  for (const draw of draws) engine.setDemandPattern(draw.node, draw.place, own);
  return {
    id,
    pattern: own,
    base: draws.reduce((sum, draw) => sum + draw.base, 0),
    junctions: [...new Set(draws.map((draw) => draw.node))],
    mean,
  };
}
