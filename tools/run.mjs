/** Runs the twinward command of this clone with its own Node: `node tools/run.mjs demo --headless`. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const linked = join(root, "node_modules/.bin/node");
const node = existsSync(linked) ? linked : process.execPath;
const child = spawn(node, [join(root, "apps/cli/bin/twinward.mjs"), ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
});
