/**
 * Do the pages and the program use the same words? Every command and flag that a page names must exist, and every
 * command of the program must stand in a guide.
 */
import { codeSpansOf, type Page } from "./markdown.ts";

/** A command's full name (`evidence verify`) and its flags; a group of commands has no flags of its own. */
export type Commands = ReadonlyMap<string, ReadonlySet<string>>;

/** Runs `twinward WORDS --help` and returns what it prints. */
export type HelpOf = (words: readonly string[]) => Promise<string>;

const FLAG = /--[a-z][a-z-]*/g;
/** In every command. */
const SHARED_FLAGS = ["--help", "--version"];

export async function readCommands(helpOf: HelpOf, words: readonly string[] = []): Promise<Commands> {
  const help = await helpOf(words);
  const options = sectionOf(help, "Options:");
  const found = new Map([[words.join(" "), new Set(options.flatMap((line) => line.slice(0, 40).match(FLAG) ?? []))]]);
  for (const line of sectionOf(help, "Commands:")) {
    const name = /^ {2}([a-z][a-z-]*)/.exec(line)?.[1];
    if (name === undefined || name === "help") continue;
    for (const [key, flags] of await readCommands(helpOf, [...words, name])) found.set(key, new Set(flags));
  }
  return found;
}

function sectionOf(help: string, title: string): string[] {
  const lines = help.split("\n");
  const start = lines.indexOf(title);
  if (start === -1) return [];
  const end = lines.findIndex((line, at) => at > start && line.trim() === "");
  return lines.slice(start + 1, end === -1 ? undefined : end);
}

/** @param laterFlags flags that pages name as other programs' or as not there yet */
export function unknownWords(pages: readonly Page[], commands: Commands, laterFlags: ReadonlySet<string>): string[] {
  const anyFlag = new Set([...commands.values()].flatMap((flags) => [...flags]).concat(SHARED_FLAGS, ...laterFlags));
  return pages.flatMap((page) => {
    const lines = commandLinesOf(page).flatMap(({ text, line }) =>
      faultsOf(text, commands).map((fault) => `${page.path}:${line} ${fault}`),
    );
    const lone = codeSpansOf(page)
      .filter(({ text }) => /^--[a-z][a-z-]*(?:[ =]\S.*)?$/.test(text) && !anyFlag.has(text.match(FLAG)![0]))
      .map(({ text, line }) => `${page.path}:${line} names ${text}, which no command has`);
    return [...lines, ...lone];
  });
}

/** Commands that no line of these pages calls. */
export function unnamedCommands(pages: readonly Page[], commands: Commands): string[] {
  const named = new Set(pages.flatMap(commandLinesOf).map(({ text }) => nameIn(text, commands)));
  return [...commands.keys()].filter((name) => !isGroup(name, commands) && !named.has(name));
}

const isGroup = (name: string, commands: Commands) =>
  name === "" || [...commands.keys()].some((other) => other.startsWith(`${name} `));

/** What follows the word `twinward` in code, continued lines joined. */
function commandLinesOf(page: Page): { text: string; line: number }[] {
  const spans = codeSpansOf(page);
  const blocks = page.blocks
    .filter(({ info }) => /^(?:sh|text|)\b/.test(info))
    .flatMap(({ text, line }) =>
      text
        .replace(/\\\n\s*/g, (gap) => " ".repeat(gap.length))
        .split("\n")
        .map((row, at) => ({ text: row, line: line + 1 + at })),
    );
  return [...spans, ...blocks].flatMap(({ text, line }) => {
    const match = /(?:^|[\s'"(])twinward ([a-z-].*)$/.exec(text) ?? /tools\/run\.mjs ([a-z-].*)$/.exec(text);
    return match === null ? [] : [{ text: match[1]!.split(/\s[|#&]\s?|&$/)[0]!, line }];
  });
}

function nameIn(text: string, commands: Commands): string | undefined {
  const words = text.split(/\s+/);
  return [`${words[0]} ${words[1]}`, words[0]!].find((name) => commands.has(name));
}

function faultsOf(text: string, commands: Commands): string[] {
  if (/^--/.test(text)) return [];
  const name = nameIn(text, commands);
  if (name === undefined) return [`names twinward ${text.split(/\s+/)[0]}, which is no command`];
  // A group alone (`twinward device`) is fine; with a word behind it that word must be a command of it.
  const second = text.split(/\s+/)[1];
  if (isGroup(name, commands) && second !== undefined && /^[a-z]/.test(second))
    return [`names twinward ${name} ${second}, which is no command`];
  const flags = commands.get(name)!;
  return (text.match(FLAG) ?? [])
    .filter((flag) => !flags.has(flag) && !SHARED_FLAGS.includes(flag))
    .map((flag) => `gives ${flag} to twinward ${name}, which does not take it`);
}
