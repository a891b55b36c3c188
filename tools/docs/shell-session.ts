/**
 * Runs the shell examples of one page, top to bottom, in a folder of their own.
 *
 * A block fenced `sh run` is run command by command in one shell, so variables and background servers live on to the
 * next block. Each command must end with 0, or with the code that a comment behind it names (`# exits 1`). A `text`
 * block right behind it is what the page promises: the same lines, where `…` stands for anything within a line and,
 * alone on a line, for any lines. `npx twinward` is this clone's own program; 127.0.0.1:8443 becomes a free port.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Block, Page } from "./markdown.ts";

const COMMAND_MS_MAX = 60_000;
const POLL_MS = 25;
const DOCUMENTED_ADDRESS = "127.0.0.1:8443";

/** In a background job the shell becomes the program, so that the job's number is the program's. */
const PROLOGUE = `
npx() {
  [ "$1" = twinward ] || { echo "npx $1 is not for examples" >&2; return 127; }
  shift
  if [ "$BASH_SUBSHELL" -gt 0 ]; then exec "$NODE" --conditions=source --disable-warning=ExperimentalWarning "$CLI" "$@"; fi
  "$NODE" --conditions=source --disable-warning=ExperimentalWarning "$CLI" "$@"
}
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT
`;

/** Returns what went otherwise than the page says; stops at the first. */
export async function faultsOfShellExamples(root: string, page: Page): Promise<string[]> {
  const steps = stepsOf(page.blocks);
  if (steps.length === 0) return [];
  const session = new ShellSession(root, await freeAddress());
  try {
    for (const step of steps) {
      const fault = await session.run(step);
      if (fault !== undefined) return [`${page.path}:${step.line} ${fault}`];
    }
    return [];
  } finally {
    await session.end();
  }
}

interface Step {
  readonly line: number;
  readonly commands: readonly string[];
  /** Undefined: the page promises nothing but the exit codes. */
  readonly promised: string | undefined;
}

function stepsOf(blocks: readonly Block[]): Step[] {
  return blocks.flatMap((block, at) => {
    if (block.info !== "sh run") return [];
    const next = blocks[at + 1];
    const commands = block.text
      .replace(/\\\n/g, " ")
      .split("\n")
      .filter((line) => line.trim() !== "" && !line.startsWith("#"));
    return [{ line: block.line, commands, promised: next?.info === "text" ? next.text : undefined }];
  });
}

class ShellSession {
  readonly #folder = mkdtempSync(join(tmpdir(), "twinward-docs-"));
  readonly #notes = mkdtempSync(join(tmpdir(), "twinward-docs-notes-"));
  readonly #shell: ChildProcess;
  readonly #address: string;
  #count = 0;

  constructor(root: string, address: string) {
    this.#address = address;
    for (const name of readdirSync(root)) {
      if (!name.startsWith(".") && name !== "data") symlinkSync(join(root, name), join(this.#folder, name));
    }
    const env = { ...process.env, NODE: process.execPath, CLI: join(root, "apps/cli/src/main.ts") };
    this.#shell = spawn("bash", ["--norc", "-s"], { cwd: this.#folder, env, stdio: ["pipe", "ignore", "inherit"] });
    this.#shell.stdin!.write(PROLOGUE);
  }

  async run({ commands, promised }: Step): Promise<string | undefined> {
    const outputs: string[] = [];
    for (const [at, written] of commands.entries()) {
      const command = written.replaceAll(DOCUMENTED_ADDRESS, this.#address);
      // What a background server says comes when it comes: waited for when nothing follows it in its block.
      const awaited = /&\s*$/.test(command) && at === commands.length - 1 ? promised : undefined;
      const fault = await this.#command(command, outputs, awaited);
      if (fault !== undefined) return fault;
    }
    const shown = outputs.map((path) => readFileSync(path, "utf8")).join("");
    return promised === undefined || this.#fits(shown, promised)
      ? undefined
      : `promises\n${promised}\nbut shows\n${shown}`;
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#shell.once("exit", resolve));
    this.#shell.stdin!.end();
    await ended;
    for (const folder of [this.#folder, this.#notes]) rmSync(folder, { recursive: true, force: true });
  }

  async #command(command: string, outputs: string[], awaited: string | undefined): Promise<string | undefined> {
    const note = join(this.#notes, String(this.#count++));
    outputs.push(`${note}.out`);
    this.#shell.stdin!.write(
      `{ ${command}\n} > ${note}.out 2>&1 < /dev/null\necho $? > ${note}.rc.new; mv ${note}.rc.new ${note}.rc\n`,
    );
    if (!(await isSoon(() => existsSync(`${note}.rc`)))) return `does not end: ${command}`;
    const output = () => readFileSync(`${note}.out`, "utf8");
    if (awaited !== undefined) await isSoon(() => this.#fits(output(), awaited));
    const expected = Number(/# exits (\d+)/.exec(command)?.[1] ?? 0);
    const code = Number(readFileSync(`${note}.rc`, "utf8"));
    return code === expected ? undefined : `exits ${code}: ${command}\n${output()}`;
  }

  #fits(shown: string, promised: string): boolean {
    const lines = promised.replaceAll(DOCUMENTED_ADDRESS, this.#address).split("\n");
    const pattern = lines.map((line) => (line.trim() === "…" ? "(?:.*\n)*?" : `${patternOf(line)}\n`)).join("");
    return new RegExp(`^${pattern}$`).test(shown.endsWith("\n") ? shown : `${shown}\n`);
  }
}

const patternOf = (line: string) =>
  line
    .split("…")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");

async function isSoon(isTrue: () => boolean): Promise<boolean> {
  const untilMs = performance.now() + COMMAND_MS_MAX;
  while (!isTrue()) {
    if (performance.now() > untilMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

function freeAddress(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      server.close(() => resolve(`127.0.0.1:${port}`));
    });
  });
}
