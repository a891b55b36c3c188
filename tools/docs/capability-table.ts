/** docs/capabilities.md: is every number there once, and does what a row names exist? */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const CAPABILITIES = 146;

export interface Capability {
  readonly number: number;
  readonly title: string;
  readonly state: string;
  /** The last column: commands, tests, pages. */
  readonly shownBy: string;
}

const STATES = new Set(["yes", "part", "not yet"]);

export function readCapabilities(text: string): Capability[] {
  return [...text.matchAll(/^\|\s*(\d+)\s*\|([^|]*)\|([^|]*)\|(.*)\|\s*$/gm)].map((row) => ({
    number: Number(row[1]),
    title: row[2]!.trim(),
    state: row[3]!.trim(),
    shownBy: row[4]!.trim(),
  }));
}

export function faultsOfCapabilities(root: string, rows: readonly Capability[]): string[] {
  const inOrder = rows.length === CAPABILITIES && rows.every(({ number }, at) => number === at + 1);
  const faults = inOrder ? [] : [`rows must be 1 to ${CAPABILITIES}, each once and in order`];
  for (const row of rows) {
    if (row.title === "") faults.push(`${row.number} has no title`);
    if (!STATES.has(row.state)) faults.push(`${row.number} says "${row.state}", not yes, part or not yet`);
    if (row.state !== "not yet") faults.push(...faultsOfProof(root, row));
  }
  return faults;
}

/** Proof is a command, a page, or a test: `path` "its title". A yes needs one that a machine runs. */
function faultsOfProof(root: string, { number, state, shownBy }: Capability): string[] {
  const tests = [...shownBy.matchAll(/`([\w./-]+\.test\.ts)`(?: "([^"]+)")?/g)];
  const commands = /`(?:twinward|npm run) [^`]+`/.test(shownBy);
  const pages = /\]\([^)]+\)/.test(shownBy);
  if (state === "yes" && tests.length === 0 && !commands)
    return [`${number} says yes and names no command and no test`];
  if (tests.length === 0 && !commands && !pages) return [`${number} names nothing that shows it`];
  return tests.flatMap(([, path = "", title]) => {
    if (!existsSync(join(root, path))) return [`${number} names ${path}, which does not exist`];
    if (title === undefined || readFileSync(join(root, path), "utf8").includes(title)) return [];
    return [`${number}: ${path} has no test "${title}"`];
  });
}
