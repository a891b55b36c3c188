/**
 * Simple controls of an EPANET input file: which level of a tank opens or closes which link.
 *
 * Other forms (at a time, a setting, [RULES]) are kept as text: we say that they are there and never act on them.
 */
import type { InpReading } from "./inp-reading.ts";
import type { InpLine } from "./inp-sections.ts";
import type { LevelRule } from "./network.ts";

export function controlsOf(reading: InpReading, lines: readonly InpLine[], tanks: ReadonlySet<string>) {
  const controls: LevelRule[] = [];
  const others: string[] = [];
  for (const at of lines) {
    const rule = levelRuleOf(reading, at, tanks);
    if (rule === undefined) others.push(at.words.join(" "));
    else controls.push(rule);
  }
  return { controls, others };
}

/** `LINK x OPEN|CLOSED IF NODE t BELOW|ABOVE level`; words in any case. */
function levelRuleOf(reading: InpReading, at: InpLine, tanks: ReadonlySet<string>): LevelRule | undefined {
  const [, link, status, , , tank, when] = at.words;
  const words = at.words.map((word) => word.toUpperCase());
  if (!["LINK", "PUMP", "VALVE", "PIPE"].includes(words[0] ?? "") || words[3] !== "IF" || words[4] !== "NODE")
    return undefined;
  if (link === undefined || tank === undefined || !tanks.has(tank)) return undefined;
  if (!/^(open|closed)$/i.test(status ?? "") || !/^(above|below)$/i.test(when ?? "")) return undefined;
  return {
    link,
    opens: words[2] === "OPEN",
    tank,
    when: words[6] === "BELOW" ? "below" : "above",
    level: reading.number(at, 7, "level", reading.units.metres),
  };
}
