import type { SiteFile } from "../site.ts";

/** A controller and the elements it looks after. */
export interface Station {
  /** Device id, e.g. `plc1`. */
  readonly id: string;
  readonly title: string;
  /** Ids of tanks, pumps, valves, pipes or junctions. Measured elements no station names go to one beside them. */
  readonly elements: readonly string[];
}

export interface WaterSite {
  readonly id: string;
  readonly title?: string;
  /** Bytes of the EPANET input file. */
  readonly inp: Uint8Array;
  /** Where the model lies in the site. Default `model/<id>.inp`. */
  readonly modelPath?: string;
  /** Measured signals by name (`L_T1`, `F_PU1` …), in order. Default: every tank, pump and controlled valve. */
  readonly sensors?: readonly string[];
  /** Default: one for each tank and one for each group of neighbouring pumps and valves. */
  readonly stations?: readonly Station[];
}

/** The files of a site for an EPANET network. Throws UsageError when the network or the sensors cannot be used. */
export function makeWaterSite(_water: WaterSite): SiteFile[] {
  throw new Error("not built yet");
}
