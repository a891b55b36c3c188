/**
 * A water network as an EPANET input file describes it, in metres and litres per second whatever the file uses.
 *
 * Only what a site needs: what stands where, how it is connected and which tank level drives which pump. The
 * behaviour itself is computed by EPANET from the same file.
 */
export interface Junction {
  readonly id: string;
  /** Metres. */
  readonly elevation: number;
}

export interface Reservoir {
  readonly id: string;
  /** Metres above datum. */
  readonly head: number;
}

export interface Tank {
  readonly id: string;
  /** Of the bottom, metres. */
  readonly elevation: number;
  /** Levels above the bottom, metres. */
  readonly initialLevel: number;
  readonly minimumLevel: number;
  readonly maximumLevel: number;
  /** Metres. */
  readonly diameter: number;
}

interface Link {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

export interface Pipe extends Link {
  /** Metres. */
  readonly diameter: number;
}

export interface Pump extends Link {
  /** Id of its head curve; undefined for a pump of constant power. */
  readonly curve: string | undefined;
}

export interface Valve extends Link {
  /** Metres. */
  readonly diameter: number;
  /** PRV, PSV, PBV, FCV, TCV, GPV or PCV. */
  readonly type: string;
}

/** A point of a pump curve: litres per second, metres. */
export interface CurvePoint {
  readonly flow: number;
  readonly head: number;
}

/** `LINK x OPEN|CLOSED IF NODE t BELOW|ABOVE level`. */
export interface LevelRule {
  readonly link: string;
  readonly opens: boolean;
  readonly tank: string;
  readonly when: "below" | "above";
  /** Metres. */
  readonly level: number;
}

export interface Network {
  readonly flowUnit: string;
  readonly junctions: readonly Junction[];
  readonly reservoirs: readonly Reservoir[];
  readonly tanks: readonly Tank[];
  readonly pipes: readonly Pipe[];
  readonly pumps: readonly Pump[];
  readonly valves: readonly Valve[];
  readonly curves: ReadonlyMap<string, readonly CurvePoint[]>;
  readonly controls: readonly LevelRule[];
  /** Controls and rules this reader does not turn into level rules, as they stand in the file. */
  readonly otherControls: readonly string[];
  /** By node id, in the units of the file. */
  readonly coordinates: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
}
