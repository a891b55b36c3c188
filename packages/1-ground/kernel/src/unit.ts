/**
 * Units: UCUM in the Thing Description, SenML on the wire, one table between them.
 *
 * Sources: UCUM (ucum.org) case-sensitive codes; RFC 8428 section 12.1 and RFC 8798 (secondary
 * units). A unit that SenML does not register travels without a unit label; its signal definition
 * in the site still has it.
 */
const SENML_OF_UCUM: Readonly<Record<string, string>> = {
  m: "m",
  "m3/s": "m3/s",
  "L/s": "l/s",
  Pa: "Pa",
  kPa: "kPa",
  bar: "bar",
  Cel: "Cel",
  K: "K",
  A: "A",
  V: "V",
  W: "W",
  Hz: "Hz",
  s: "s",
  "1": "/",
};

/** The SenML unit label of a UCUM code, or undefined when SenML registers none. */
export function senmlUnitOf(ucum: string): string | undefined {
  return Object.hasOwn(SENML_OF_UCUM, ucum) ? SENML_OF_UCUM[ucum] : undefined;
}
