/**
 * The text of an EPANET input file: its control rules out, its structure untouched.
 *
 * The plant's control logic is our own code (controller.ts), so that an attacker can lie to it or
 * change it; EPANET's own [CONTROLS] and [RULES] would act beside it and have to go.
 */
import type { LevelControl } from "@twinward/plant";

const CONTROL = /^\s*LINK\s+(\S+)\s+(OPEN|CLOSED)\s+IF\s+NODE\s+(\S+)\s+(BELOW|ABOVE)\s+(\S+)/i;

/** The same network without control rules. */
export function withoutControls(inp: string): string {
  return replaceSection(replaceSection(inp, "CONTROLS"), "RULES");
}

/** Pairs `OPEN … BELOW` and `CLOSED … ABOVE` of [CONTROLS] into level controls, in the order of the file. */
export function controlsOf(inp: string): LevelControl[] {
  const pairs = new Map<string, { actuator: string; tank: string; onBelow?: number; offAbove?: number }>();
  for (const line of sectionLines(inp, "CONTROLS")) {
    const [, actuator, , tank, side, level] = CONTROL.exec(line) ?? [];
    if (actuator === undefined || tank === undefined) continue;
    const pair = pairs.get(`${actuator} ${tank}`) ?? { actuator, tank };
    pair[side?.toUpperCase() === "BELOW" ? "onBelow" : "offAbove"] = Number(level);
    pairs.set(`${actuator} ${tank}`, pair);
  }
  return [...pairs.values()].filter(isComplete);
}

/** The lines of one section, without comments. */
export function sectionLines(inp: string, section: string): string[] {
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

function isComplete(pair: { onBelow?: number; offAbove?: number }): pair is LevelControl {
  return pair.onBelow !== undefined && pair.offAbove !== undefined;
}
