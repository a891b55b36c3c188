/**
 * Exit codes: 0 done, 1 the answer is "no", 2 the words or the input were wrong (one line says what to do).
 */
import { isRefusal, TwinwardError, UsageError } from "@twinward/kernel";
import { CommanderError } from "commander";

export type ExitCode = 0 | 1 | 2;

/** Says on stderr what went wrong and returns the exit code that goes with it. Assertions are not caught: they stop us. */
export function explain(reason: unknown): ExitCode {
  if (reason instanceof CommanderError) return reason.exitCode === 0 ? 0 : 2;
  if (isRefusal(reason)) {
    console.error(`twinward: ${reason.detail} (${reason.code})`);
    return 2;
  }
  if (reason instanceof TwinwardError) {
    const remedy = reason.remedy === undefined ? "" : ` ${reason.remedy}`;
    console.error(`twinward: ${reason.message}.${remedy}`.replace("..", "."));
    return reason instanceof UsageError ? 2 : 1;
  }
  if (isSystemError(reason)) {
    console.error(`twinward: ${reason.message}`);
    return 2;
  }
  throw reason;
}

/** A missing file, a folder without rights, a port in use: the words of the operating system are clear enough. */
function isSystemError(reason: unknown): reason is NodeJS.ErrnoException {
  return reason instanceof Error && typeof (reason as NodeJS.ErrnoException).syscall === "string";
}
