/** Does this folder or bundle hold what it says, and does an outside anchor agree? Opens nothing for writing. */
import { TwinwardError } from "@twinward/kernel";
import type { LogReader } from "../log.ts";
import type { Problem, VerifyReport } from "./report.ts";

export interface VerifyOptions {
  /** C2SP verifier keys from outside: the log's key of entry 0 or any later one. */
  readonly logKeys: readonly string[];
  /** Path of a signed checkpoint from outside the folder. */
  readonly checkpoint?: string;
  /** C2SP verifier keys of witnesses; a cosignature of one of them on the newest checkpoint anchors it. */
  readonly witnesses?: readonly string[];
  readonly requireAnchor?: boolean;
  /** `--recompute`: judges the verified log again and tells what differs. Not called for bundles. */
  readonly recompute?: (log: LogReader) => Promise<readonly Problem[]>;
  /** Told now and then, for progress on a terminal. */
  readonly onProgress?: (entries: number, of: number) => void;
}

/** Throws a UsageError (exit code 2) when `path` is neither a data folder nor a bundle, or an option is unreadable. */
export async function verifyLog(path: string, options: VerifyOptions): Promise<VerifyReport> {
  throw new TwinwardError("NOT_YET", `verifyLog ${path} ${options.logKeys.length}`);
}
