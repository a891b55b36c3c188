/** Reads a log that may be written at the same time by its keeper; usable from a worker thread. */
import { TwinwardError } from "@twinward/kernel";
import type { LogReader } from "./log.ts";

export function openLogReader(dir: string): LogReader {
  throw new TwinwardError("NOT_YET", `openLogReader ${dir}`);
}
