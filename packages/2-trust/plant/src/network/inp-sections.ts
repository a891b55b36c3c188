/**
 * The sections of an EPANET input file: names in brackets, lines of words, `;` starts a comment.
 *
 * Source: EPANET 2.2 User Manual, appendix C.2. Section names may be cut short; the first four letters decide.
 */
export interface InpLine {
  /** Counts from 1. */
  readonly line: number;
  readonly words: readonly string[];
}

/** EPANET itself stops at 1,024 characters a line. */
export const INP_LINE_CHARACTERS_MAX = 4_096;
export const INP_ELEMENTS_MAX = 500_000;

/** Lines by the first four letters of their section, upper case. A section may come twice. */
export type InpSections = ReadonlyMap<string, readonly InpLine[]>;

export function inpSections(text: string): InpSections {
  const sections = new Map<string, InpLine[]>();
  let current: InpLine[] = [];
  let line = 0;
  for (const whole of text.split(/\r\n|\n|\r/)) {
    line += 1;
    const content = whole.slice(0, INP_LINE_CHARACTERS_MAX).split(";", 1)[0]?.trim() ?? "";
    if (content === "") continue;
    if (content.startsWith("[")) {
      const name = content.slice(1, 5).replace("]", "").toUpperCase();
      if (name === "END") break;
      current = sections.get(name) ?? [];
      sections.set(name, current);
    } else {
      current.push({ line, words: content.split(/\s+/) });
    }
  }
  return sections;
}
