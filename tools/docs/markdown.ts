/** The Markdown pages of the repository, cut into prose and fenced blocks. Nothing here knows what the blocks mean. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Block {
  /** What stands behind the opening fence: `sh run`, `text`, `ts`, … */
  readonly info: string;
  /** Number of the opening fence's line, from 1. */
  readonly line: number;
  readonly text: string;
}

export interface Page {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  /** The text with every fenced block blanked out, so that line numbers stay. */
  readonly prose: string;
  readonly blocks: readonly Block[];
}

const FENCE = /^\s*```(.*)$/;
const LEFT_OUT = new Set(["node_modules", "dist", "coverage", "vectors", "data"]);

export function pagesOf(root: string): Page[] {
  const exclude = (name: string) => LEFT_OUT.has(name) || name.startsWith(".");
  return globSync("**/*.md", { cwd: root, exclude })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map((path) => pageOf(path, readFileSync(join(root, path), "utf8")));
}

export function pageOf(path: string, text: string): Page {
  const prose: string[] = [];
  const blocks: Block[] = [];
  let open: { info: string; line: number; lines: string[] } | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    const fence = FENCE.exec(line);
    if (fence === null) (open?.lines ?? prose).push(line);
    else if (open === undefined) open = { info: (fence[1] ?? "").trim(), line: at + 1, lines: [] };
    else {
      blocks.push({ info: open.info, line: open.line, text: open.lines.join("\n") });
      prose.push(...Array<string>(open.lines.length + 1).fill(""));
      open = undefined;
    }
    if (fence !== null && open !== undefined) prose.push("");
  }
  return { path, prose: prose.join("\n"), blocks };
}

/** Code spans of the prose, with the number of their line. */
export function codeSpansOf(page: Page): { readonly text: string; readonly line: number }[] {
  return page.prose
    .split("\n")
    .flatMap((line, at) => [...line.matchAll(/`([^`]+)`/g)].map((match) => ({ text: match[1]!, line: at + 1 })));
}
