/**
 * A water network that can be asked "what would flow now?": levels, actuator states, speeds and demands in, heads and
 * flows out.
 *
 * Invariant: every `solve` starts cold, so its digits depend on its inputs alone and never on what was solved before.
 * A level on its limit is a full (or empty) tank, and EPANET lets nothing more in (or out): half a millimetre decides
 * about a pump's whole flow, so callers say by the exact limit that they mean full.
 * Inside, everything is in litres per second and metres, whatever the file uses.
 */
import { assert } from "@twinward/kernel";
import { type District, deriveDistricts } from "./district.ts";
import { Engine, LINK, LINK_TYPE, NODE, NODE_TYPE } from "./engine.ts";
import { twinModelText } from "./model-text.ts";

export interface Tank {
  readonly id: string;
  readonly node: number;
  /** Metres above datum. */
  readonly elevation: number;
  /** Metres above the bottom. */
  readonly minLevel: number;
  readonly maxLevel: number;
  /** Square metres (cylindrical; volume curves are taken at their mean). */
  readonly area: number;
}

export interface Actuator {
  readonly id: string;
  readonly link: number;
  readonly isPump: boolean;
  /** State in the file, 0 closed or 1 open. */
  readonly initial: number;
}

/** All inputs of one solve. Order: `tanks`, `actuators`, `actuators`, `districts`. */
export interface HydraulicState {
  /** Metres. */
  readonly levels: Float64Array;
  /** 0 closed, 1 open. */
  readonly statuses: Float64Array;
  /** Relative speed of pumps; 1 is nominal, ignored for valves. */
  readonly speeds: Float64Array;
  /** Multipliers of base demand. */
  readonly demands: Float64Array;
}

/** A value to read after a solve: the flow of a link, or the pressure of a node. */
export interface Reading {
  readonly what: "flow" | "pressure";
  readonly index: number;
}

export class WaterNetwork {
  readonly tanks: readonly Tank[];
  readonly actuators: readonly Actuator[];
  readonly districts: readonly District[];
  /** Solves so far; for measuring cost only. */
  solves = 0;
  readonly #engine: Engine;
  readonly #nodes: ReadonlyMap<string, number>;
  readonly #links: ReadonlyMap<string, number>;

  /**
   * @param inp bytes of the .inp file
   * @param switched ids of valves that are switched on and off (pumps always are)
   */
  static async open(inp: Uint8Array, switched: ReadonlySet<string>): Promise<WaterNetwork> {
    return new WaterNetwork(await Engine.open(twinModelText(inp)), switched);
  }

  private constructor(engine: Engine, switched: ReadonlySet<string>) {
    engine.useLitresPerSecond();
    this.#engine = engine;
    this.#nodes = new Map(range(engine.nodeCount).map((index) => [engine.nodeId(index), index]));
    this.#links = new Map(range(engine.linkCount).map((index) => [engine.linkId(index), index]));
    this.tanks = range(engine.nodeCount)
      .filter((index) => engine.nodeType(index) === NODE_TYPE.tank)
      .map((index) => tankAt(engine, index));
    this.actuators = range(engine.linkCount)
      .map((index) => actuatorAt(engine, index))
      .filter((actuator) => actuator.isPump || switched.has(actuator.id));
    this.districts = deriveDistricts(engine);
    engine.openHydraulics();
  }

  /** The reading of an element id, or undefined when the model has no such element. Links are sought first for flows. */
  reading(what: "flow" | "pressure", id: string): Reading | undefined {
    const index = what === "flow" ? this.#links.get(id) : this.#nodes.get(id);
    return index === undefined ? undefined : { what, index };
  }

  nodeId(index: number): string {
    return this.#engine.nodeId(index);
  }

  /**
   * Solves the state from cold.
   *
   * @param readings what to read
   * @param values receives one value per reading: l/s, or metres of water
   * @param inflows receives the net inflow of every tank, l/s
   * @returns EPANET's warning code, 0 for none
   */
  solve(state: HydraulicState, readings: readonly Reading[], values: Float64Array, inflows: Float64Array): number {
    assert(state.levels.length === this.tanks.length, "one level per tank");
    const engine = this.#engine;
    this.solves += 1;
    this.tanks.forEach((tank, place) => {
      engine.setNode(tank.node, NODE.tankLevel, Math.min(tank.maxLevel, Math.max(tank.minLevel, state.levels[place]!)));
    });
    this.districts.forEach((district, place) => {
      engine.setPatternValue(district.pattern, state.demands[place]!);
    });
    engine.startCold();
    // Only after initH: an initial status leaves a pump that is opened later at speed 0.
    this.actuators.forEach((actuator, place) => {
      this.#switch(actuator, state.statuses[place]!, state.speeds[place]!);
    });
    const warning = engine.solve();
    readings.forEach((reading, place) => {
      if (reading.what === "flow") values[place] = engine.link(reading.index, LINK.flow);
      // Head less elevation: EPANET's own pressure keeps the unit of the file (psi) whatever the flow unit is.
      else values[place] = engine.node(reading.index, NODE.head) - engine.node(reading.index, NODE.elevation);
    });
    this.tanks.forEach((tank, place) => {
      inflows[place] = engine.node(tank.node, NODE.demand);
    });
    return warning;
  }

  #switch(actuator: Actuator, status: number, speed: number): void {
    if (status < 0.5) {
      this.#engine.setLink(actuator.link, LINK.status, 0);
      return;
    }
    this.#engine.setLink(actuator.link, LINK.status, 1);
    if (actuator.isPump && speed !== 1) this.#engine.setLink(actuator.link, LINK.setting, speed);
  }
}

function tankAt(engine: Engine, node: number): Tank {
  const diameter = engine.node(node, NODE.tankDiameter);
  return {
    id: engine.nodeId(node),
    node,
    elevation: engine.node(node, NODE.elevation),
    minLevel: engine.node(node, NODE.minLevel),
    maxLevel: engine.node(node, NODE.maxLevel),
    area: (Math.PI * diameter ** 2) / 4,
  };
}

function actuatorAt(engine: Engine, link: number): Actuator {
  return {
    id: engine.linkId(link),
    link,
    isPump: engine.linkType(link) === LINK_TYPE.pump,
    initial: engine.link(link, LINK.initStatus) > 0 ? 1 : 0,
  };
}

/** EPANET counts from 1. */
function range(count: number): number[] {
  return Array.from({ length: count }, (_, place) => place + 1);
}
