/** Does everything a page points at exist? Links, headings, paths and file names. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { codeSpansOf, type Page, pageOf } from "./markdown.ts";

const LINK = /\[[^\]]*\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g;
const ELSEWHERE = /^(?:[a-z]+:|\/\/)/i;
/** A path that begins in a folder of ours; `*` is allowed, placeholders such as `…` or capitals alone are not paths. */
const OUR_PATH = /^(?:packages|apps|lab|tools|docs|sites|bench|\.ci)\/[\w./*@-]*$/;
const ROOM_PATH = /^src\/[\w./*-]+$/;
const FILE_NAME = /^[a-z0-9][\w-]*(?:\.[\w-]+)*\.(?:ts|mjs|md|sh)$/;

export function brokenReferences(root: string, pages: readonly Page[]): string[] {
  const names = fileNamesUnder(root);
  return pages.flatMap((page) => [...brokenLinks(root, page), ...brokenPaths(root, page, names)]);
}

function brokenLinks(root: string, page: Page): string[] {
  return page.prose.split("\n").flatMap((line, at) =>
    [...line.matchAll(LINK)]
      .map((match) => match[1]!)
      .filter((target) => !ELSEWHERE.test(target) && !leadsSomewhere(root, page, target))
      .map((target) => `${page.path}:${at + 1} the link ${target} leads nowhere`),
  );
}

function leadsSomewhere(root: string, page: Page, target: string): boolean {
  const [file = "", heading] = target.split("#");
  const path = file === "" ? page.path : normalize(join(dirname(page.path), file));
  if (path.startsWith("..") || !existsSync(join(root, path))) return false;
  return heading === undefined || !path.endsWith(".md") || headingsOf(root, path).has(heading);
}

function headingsOf(root: string, path: string): Set<string> {
  const { prose } = pageOf(path, readFileSync(join(root, path), "utf8"));
  return new Set([...prose.matchAll(/^#+\s+(.+)$/gm)].map((match) => anchorOf(match[1]!)));
}

/** The anchor that Git hosts make of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

function brokenPaths(root: string, page: Page, names: Map<string, string[]>): string[] {
  return codeSpansOf(page)
    .filter(({ text }) => !isThere(root, page, text, names))
    .map(({ text, line }) => `${page.path}:${line} names ${text}, which does not exist`);
}

function isThere(root: string, page: Page, text: string, names: Map<string, string[]>): boolean {
  if (OUR_PATH.test(text)) return globSync(text, { cwd: root }).length > 0;
  if (ROOM_PATH.test(text)) return globSync(text, { cwd: join(root, roomOf(page.path)) }).length > 0;
  if (!FILE_NAME.test(text)) return true;
  const folder = page.path.startsWith("docs/") ? "" : folderPrefix(page.path);
  return (names.get(text) ?? []).some((path) => path.startsWith(folder));
}

/** A page that stands in no room speaks of any room. */
const roomOf = (path: string) => (/^(?:packages|apps|lab)\//.test(path) ? dirname(path) : "packages/1-ground/kernel");

const folderPrefix = (path: string) => (dirname(path) === "." ? "" : `${dirname(path)}/`);

function fileNamesUnder(root: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const exclude = (name: string) => name === "node_modules" || name === ".git";
  for (const path of globSync("**/*.{ts,mjs,md,sh}", { cwd: root, exclude })) {
    found.set(basename(path), [...(found.get(basename(path)) ?? []), path]);
  }
  return found;
}
