/** Runs command lines as a person would: in this process for speed, or as the real command where processes matter. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { runProgram } from "./program.ts";

export const NET1 = fileURLToPath(new URL("../../../sites/net1", import.meta.url));
export const BIN = fileURLToPath(new URL("../bin/twinward.mjs", import.meta.url));

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** In this process. */
export async function twinward(...argv: readonly string[]): Promise<Said> {
  const said = { out: "", err: "" };
  const to = (name: "out" | "err") => (text: unknown) => {
    said[name] += typeof text === "string" ? text : `${text}`;
    return true;
  };
  const line = (name: "out" | "err") => (text: unknown) => {
    said[name] += `${text}\n`;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(to("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(to("err")),
    vi.spyOn(console, "log").mockImplementation(line("out")),
    vi.spyOn(console, "error").mockImplementation(line("err")),
  ];
  try {
    return { code: await runProgram(argv), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** The real command in a process of its own. */
export class Command {
  readonly child: ChildProcess;
  readonly ended: Promise<Said>;
  out = "";
  err = "";

  constructor(argv: readonly string[], node = process.execPath) {
    // Nothing of the test runner's Node options may reach the command: the bin brings its own.
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.child = spawn(node, [BIN, ...argv], { stdio: ["ignore", "pipe", "pipe"], env });
    this.child.stdout?.on("data", (part) => {
      this.out += part;
    });
    this.child.stderr?.on("data", (part) => {
      this.err += part;
    });
    this.ended = new Promise((resolve) =>
      this.child.once("close", (code) => resolve({ code: code ?? -1, out: this.out, err: this.err })),
    );
  }

  /** Waits until stdout matches; fails when the command ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.out);
      if (match !== null) return match;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`ended without ${pattern}: ${this.out}${this.err}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async kill(signal: NodeJS.Signals): Promise<Said> {
    this.child.kill(signal);
    return this.ended;
  }
}
