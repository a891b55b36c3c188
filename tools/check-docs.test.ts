/** Documentation is checked or it lies: what the pages point at, promise and show is tried against the code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { runProgram } from "../apps/cli/src/program.ts";
import { faultsOfCapabilities, readCapabilities } from "./docs/capability-table.ts";
import { examplesOf, faultsOfExamples } from "./docs/code-examples.ts";
import { type Commands, readCommands, unknownWords, unnamedCommands } from "./docs/command-words.ts";
import { pageOf, pagesOf } from "./docs/markdown.ts";
import { brokenReferences } from "./docs/references.ts";
import { faultsOfShellExamples } from "./docs/shell-session.ts";

const root = join(import.meta.dirname, "..");
const pages = pagesOf(root);
/** Flags that pages name in prose and that belong to other programs (curl, node, npm, systemd). */
const OTHER_PROGRAMS = new Set(["--conditions", "--cacert", "--ignore-scripts", "--draw"]);

async function helpOf(words: readonly string[]): Promise<string> {
  let printed = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await runProgram([...words, "--help"]);
  } finally {
    write.mockRestore();
  }
  return printed;
}

describe("the pages", () => {
  test("point only at what exists", () => {
    expect(pages.map(({ path }) => path)).toContain("README.md");
    expect(brokenReferences(root, pages)).toEqual([]);
  });

  test("name commands and flags of the program, and every command stands in a guide", async () => {
    const commands = await readCommands(helpOf);
    expect([...commands.keys()]).toContain("evidence verify");
    expect(commands.get("evidence verify")).toContain("--require-anchor");
    expect(unknownWords(pages, commands, OTHER_PROGRAMS)).toEqual([]);
    const guides = pages.filter(({ path }) => path === "README.md" || path.startsWith("docs/guide/"));
    expect(unnamedCommands(guides, commands)).toEqual([]);
  });

  test("show TypeScript that the compiler accepts", () => {
    const examples = examplesOf(root, pages);
    expect(examples.length).toBeGreaterThan(10);
    expect(faultsOfExamples(root, examples)).toEqual([]);
  }, 120_000);
});

describe("the shell examples do what their page promises:", () => {
  const withExamples = pages.filter(({ blocks }) => blocks.some(({ info }) => info === "sh run"));

  // Side by side: most of their time is spent starting processes.
  test.concurrent.each(withExamples.map((page) => [page.path, page] as const))(
    "%s",
    async (_path, page) => {
      expect((await faultsOfShellExamples(root, page)).join("\n")).toBe("");
    },
    180_000,
  );
});

test("docs/capabilities.md has every number once, and what a row names exists", () => {
  const rows = readCapabilities(readFileSync(join(root, "docs/capabilities.md"), "utf8"));
  expect(faultsOfCapabilities(root, rows)).toEqual([]);
  const count = (state: string) => rows.filter((row) => row.state === state).length;
  console.log(`capabilities: ${count("yes")} yes, ${count("part")} in part, ${count("not yet")} not yet`);
});

describe("the checks themselves find", () => {
  const commands: Commands = new Map([
    ["", new Set()],
    ["serve", new Set(["--site"])],
    ["evidence", new Set()],
    ["evidence verify", new Set(["--log-key"])],
  ]);
  const one = (text: string) => [pageOf("docs/x.md", text)];

  test("a link, a heading, a path and a file that are not there", () => {
    const text =
      "[a](no.md) [b](threat-model.md#no) `packages/9-none` `no-such-file.ts` [c](threat-model.md#keys) `tools/check.mjs`";
    expect(brokenReferences(root, one(text))).toHaveLength(4);
  });

  test("a command and a flag that are not there, and a command no guide names", () => {
    expect(
      unknownWords(one("`twinward serve --sites x` `twinward nope` `twinward evidence burn`"), commands, new Set()),
    ).toHaveLength(3);
    expect(
      unknownWords(
        one("```sh\nnpx twinward evidence verify d \\\n  --log-key k\n```\n`--log-key`"),
        commands,
        new Set(),
      ),
    ).toEqual([]);
    expect(unnamedCommands(one("`twinward serve`"), commands)).toEqual(["evidence verify"]);
  });

  test("an example that no longer fits the code", () => {
    const page = pageOf(
      "packages/1-ground/kernel/README.md",
      '```ts\nimport { noSuchThing } from "@twinward/kernel";\nnoSuchThing(mine);\n```',
    );
    expect(faultsOfExamples(root, examplesOf(root, [page]))).toHaveLength(1);
  });

  test("output and exit codes that differ from the page", async () => {
    const run = (text: string) => faultsOfShellExamples(root, pageOf("docs/x.md", text));
    expect(await run("```sh run\nX=one\necho $X two\nfalse # exits 1\n```\n```text\none …\n```")).toEqual([]);
    expect(await run("```sh run\necho one\n```\n```text\ntwo\n```")).toHaveLength(1);
    expect(await run("```sh run\nfalse\n```")).toHaveLength(1);
  });

  test("a capability without proof, and a number that is missing", () => {
    const row = { number: 1, title: "x", state: "yes", shownBy: "trust us" };
    expect(faultsOfCapabilities(root, [row])).toHaveLength(2);
  });
});
