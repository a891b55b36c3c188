/**
 * The text of an .inp file, made ready for the twin: no controls and no rules, because the twin runs the
 * controller's logic itself and must never have EPANET switch a pump behind its back.
 */

const SECTION = /^\s*\[([A-Z]+)/i;

/** EPANET files are bytes in some 8-bit code page; ids and numbers are ASCII, so Latin-1 loses nothing. */
export function modelText(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** Returns the file without the named sections' contents (their headings stay, empty). */
export function withoutSections(inp: string, names: readonly string[]): string {
  let dropping = false;
  const kept = inp.split(/\r?\n/).filter((line) => {
    const heading = SECTION.exec(line)?.[1]?.toUpperCase();
    if (heading === undefined) return !dropping;
    // EPANET itself recognises a section by the first letters of its name.
    dropping = names.some((name) => heading.startsWith(name.slice(0, 4)));
    return true;
  });
  return kept.join("\n");
}

/** The file as the twin opens it. */
export function twinModelText(bytes: Uint8Array): string {
  return withoutSections(modelText(bytes), ["CONTROLS", "RULES"]);
}
