/** Starts the twinward command of this very installation as a child process, the real thing that a kill has to hit. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url));
const OUTPUT_CHARACTERS_MAX = 20_000;

export interface OwnCommand {
  readonly child: ChildProcess;
  /** What it printed so far, both streams, the newest OUTPUT_CHARACTERS_MAX characters. */
  output(): string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** `before` is a program that starts it, e.g. `eatmydata`. */
export function startOwn(words: readonly string[], before: readonly string[] = []): OwnCommand {
  return startNode([MAIN, ...words], before);
}

/** The same for another script of ours. */
export function startNode(script: readonly string[], before: readonly string[] = []): OwnCommand {
  const [program = process.execPath, ...rest] = [...before, process.execPath, ...process.execArgv, ...script];
  const { TWINWARD_PARENT_CHANNEL: _, ...env } = process.env;
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"], env });
  // A trial that is stopped leaves nothing running.
  const killWithUs = () => void child.kill("SIGKILL");
  process.once("exit", killWithUs);
  child.once("close", () => process.off("exit", killWithUs));
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", (part: string) => {
      text = (text + part).slice(-OUTPUT_CHARACTERS_MAX);
    });
  }
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal ?? "unknown") as number | string);
  return { child, output: () => text, ended };
}

/** kill -9, and waits until it is gone. */
export async function killHard({ child, ended }: OwnCommand): Promise<void> {
  child.kill("SIGKILL");
  await ended;
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
