/**
 * The text of an EPANET input file: its control rules out, its structure untouched.
 *
 * The plant's control logic is our own code (controller.ts), so that an attacker can lie to it or
 * change it; EPANET's own [CONTROLS] and [RULES] would act beside it and have to go.
 */
/** The same network without control rules. */
export function withoutControls(inp: string): string {
  return replaceSection(replaceSection(inp, "CONTROLS"), "RULES");
}

/** The lines of one section, without comments. */
function sectionLines(inp: string, section: string): string[] {
  const body = new RegExp(`^\\[${section}\\]([\\s\\S]*?)(?=^\\[|(?![\\s\\S]))`, "im").exec(inp)?.[1] ?? "";
  return body
    .split(/\r?\n/)
    .map((line) => line.replace(/;.*/, "").trim())
    .filter((line) => line !== "");
}

/** Identifiers of one section: the first word of each line. */
export function idsOf(inp: string, section: string): string[] {
  return sectionLines(inp, section).map((line) => line.split(/\s+/)[0]!);
}

function replaceSection(inp: string, section: string): string {
  return inp.replace(new RegExp(`^\\[${section}\\][\\s\\S]*?(?=^\\[)`, "im"), `[${section}]\n\n`);
}
