/**
 * EPANET's units: the flow unit decides whether lengths are metric or US customary.
 *
 * Source: EPANET 2.2 User Manual, appendix A. Everything leaves here in metres and litres per second.
 */
const US_FLOW = { CFS: 28.316846592, GPM: 0.0630901964, MGD: 43.8126363889, IMGD: 52.6168042, AFD: 14.27641 } as const;
const METRIC_FLOW = { LPS: 1, LPM: 1 / 60, MLD: 1e6 / 86_400, CMH: 1 / 3.6, CMD: 1 / 86.4 } as const;
const METRES_OF_FOOT = 0.3048;
const METRES_OF_INCH = 0.0254;

export interface InpUnits {
  readonly flowUnit: string;
  /** Factors from the unit of the file. */
  readonly litresPerSecond: number;
  /** Elevation, head, level, tank diameter. */
  readonly metres: number;
  /** Pipe and valve diameter, which are in inches or millimetres. */
  readonly metresOfBore: number;
}

/** @param flowUnit as in [OPTIONS]; EPANET's default is GPM. Undefined when EPANET does not know it. */
export function inpUnits(flowUnit: string): InpUnits | undefined {
  const name = flowUnit.toUpperCase();
  if (Object.hasOwn(US_FLOW, name)) {
    const litresPerSecond = US_FLOW[name as keyof typeof US_FLOW];
    return { flowUnit: name, litresPerSecond, metres: METRES_OF_FOOT, metresOfBore: METRES_OF_INCH };
  }
  if (!Object.hasOwn(METRIC_FLOW, name)) return undefined;
  const litresPerSecond = METRIC_FLOW[name as keyof typeof METRIC_FLOW];
  return { flowUnit: name, litresPerSecond, metres: 1, metresOfBore: 0.001 };
}
