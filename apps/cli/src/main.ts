/** The process behind `twinward`: runs the program and turns its outcome into an exit code. */
import { runProgram } from "./program.ts";

// Started by an older Node (see bin/twinward.mjs): die with the parent, never keep its data folder open.
if (process.env.TWINWARD_PARENT_CHANNEL === "1") process.on("disconnect", () => process.exit(1));

process.exitCode = await runProgram(process.argv.slice(2));
// A handle that is still open (an idle socket, a worker) must not keep a finished command alive.
process.exit();
