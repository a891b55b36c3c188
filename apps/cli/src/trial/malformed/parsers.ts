/** Every parser of the trial by name; a worker loads only the rooms that its parser needs. */
import type { ParserCase } from "./parser-case.ts";

const GROUPS = {
  frame: async () => (await import("./frame-parsers.ts")).FRAME_PARSERS,
  log: async () => (await import("./log-parsers.ts")).LOG_PARSERS,
  plant: async () => (await import("./plant-parsers.ts")).PLANT_PARSERS,
  enrolment: async () => (await import("./enrolment-parser.ts")).ENROLMENT_PARSERS,
} as const;

export const PARSER_NAMES: readonly (readonly [name: string, group: keyof typeof GROUPS])[] = [
  ["frame", "frame"],
  ["cbor", "frame"],
  ["senml", "frame"],
  ["columns", "frame"],
  ["signal-table", "frame"],
  ["note", "log"],
  ["checkpoint", "log"],
  ["vkey", "log"],
  ["proof", "log"],
  ["receipt", "log"],
  ["tile-path", "log"],
  ["entry-bundle", "log"],
  ["export-bundle", "log"],
  ["site-yaml", "plant"],
  ["thing-description", "plant"],
  ["csv", "plant"],
  ["notices", "plant"],
  ["inp", "plant"],
  ["model", "plant"],
  ["enrolment", "enrolment"],
];

export async function parserNamed(name: string): Promise<ParserCase> {
  const group = PARSER_NAMES.find(([known]) => known === name)?.[1] ?? "frame";
  const found = (await GROUPS[group]()).find((parser) => parser.name === name);
  if (found === undefined) throw new Error(`no parser is called ${name}`);
  return found;
}
