/** A new data folder with entry 0 in its log. Throws when `dir` already holds one. */
import { TwinwardError } from "@twinward/kernel";
import type { CreateLogOptions, LogKeeper } from "./keeper.ts";

export async function createLog(options: CreateLogOptions): Promise<LogKeeper> {
  throw new TwinwardError("NOT_YET", `createLog ${options.dir}`);
}
