/**
 * Do the TypeScript examples of the rooms still fit the code?
 *
 * Each example is type-checked as if it lay in its room's folder. Names it does not declare (`log`, `dataDir`) are the
 * reader's own and count as any value; everything it imports must exist and be used as its types say.
 */
import { dirname, join } from "node:path";
import ts from "typescript";
import type { Page } from "./markdown.ts";

/** Undeclared names, and a `return` outside a function: an example is a piece of a program. */
const ALLOWED = new Set([2304, 2552, 18004, 1108, 6133, 6192, 6196, 7027]);

interface Example {
  readonly file: string;
  readonly where: string;
  readonly text: string;
}

export function examplesOf(root: string, pages: readonly Page[]): Example[] {
  return pages.flatMap((page) =>
    page.blocks
      .filter(({ info }) => info === "ts")
      .map(({ text, line }) => ({
        file: join(root, dirname(page.path), `example-line-${line}.ts`),
        where: `${page.path}:${line}`,
        text: `${text}\nexport {};\n`,
      })),
  );
}

export function faultsOfExamples(root: string, examples: readonly Example[]): string[] {
  const texts = new Map(examples.map(({ file, text }) => [file, text]));
  const options = optionsOf(root);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const text = texts.get(path);
    return text === undefined ? getSourceFile(path, ...rest) : ts.createSourceFile(path, text, rest[0], true);
  };
  const program = ts.createProgram([...texts.keys()], options, host);
  return examples.flatMap((example) => faultsOf(program, example));
}

function optionsOf(root: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { tsBuildInfoFile: _, ...options } = ts.parseJsonConfigFileContent(config, ts.sys, root).options;
  // Without a browser's globals, or a reader's own `history` would be the browser's.
  return { ...options, lib: ["lib.es2024.d.ts"], incremental: false, noUnusedLocals: false };
}

function faultsOf(program: ts.Program, { file, where }: Example): string[] {
  const source = program.getSourceFile(file);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    .filter(({ code }) => !ALLOWED.has(code))
    .map(({ start, code, messageText }) => {
      const line = source?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
      return `${where} +${line + 1} ${ts.flattenDiagnosticMessageText(messageText, " ")} (TS${code})`;
    });
}
