/** Goes on with an existing data folder. Throws LOG_ROLLED_BACK when the log does not extend `checkpointOut`. */
import { TwinwardError } from "@twinward/kernel";
import type { LogKeeper, LogOptions } from "./keeper.ts";

export async function openLog(options: LogOptions): Promise<LogKeeper> {
  throw new TwinwardError("NOT_YET", `openLog ${options.dir}`);
}
