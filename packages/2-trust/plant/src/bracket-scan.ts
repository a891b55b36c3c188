/**
 * What the brackets of a text say before a tree is made of it: is a list longer than its limit, are there more closing
 * brackets than anybody writes by mistake? A tree of thirty thousand numbers, or an error for each of sixty thousand
 * stray brackets, costs the YAML library a tenth of a second; this costs a thousandth.
 *
 * Exact for JSON. Other text may be counted wrongly, but then only by what stands inside brackets.
 */

export interface BracketLimits {
  /** Most items of one list. */
  readonly itemsMax: number;
  /** Most closing brackets that nothing opened. */
  readonly strayMax: number;
}

export interface BracketFault {
  readonly what: "long list" | "stray brackets";
  /** Where the first item, or bracket, beyond the limit begins. */
  readonly at: number;
}

export function bracketFault(text: string, { itemsMax, strayMax }: BracketLimits): BracketFault | undefined {
  /** Commas seen in each open bracket; undefined for braces, whose length is not asked. */
  const commas: (number | undefined)[] = [];
  let stray = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === "[") commas.push(0);
    else if (character === "{") commas.push(undefined);
    else if (character === "]" || character === "}") {
      if (commas.length > 0) commas.pop();
      else if (++stray > strayMax) return { what: "stray brackets", at };
    } else if (character === "," && counted(commas) >= itemsMax) return { what: "long list", at };
  }
  return undefined;
}

function counted(commas: (number | undefined)[]): number {
  const inner = commas.at(-1);
  if (inner === undefined) return 0;
  commas[commas.length - 1] = inner + 1;
  return inner + 1;
}

/** Of the closing quote; the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
