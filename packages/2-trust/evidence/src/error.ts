/** What can be wrong with a data folder itself: errors of our surroundings, with what to do about them. */
import { TwinwardError } from "@twinward/kernel";

export type EvidenceErrorCode =
  | "LOG_EXISTS"
  | "LOG_MISSING"
  | "LOG_IN_USE"
  | "LOG_DAMAGED"
  | "LOG_ROLLED_BACK"
  | "LOG_KEY_MISSING"
  | "LOG_STOPPED"
  | "ENTRY_TOO_LONG"
  | "DATA_KEY_DAMAGED"
  | "CHECKPOINT_BEHIND";

const REMEDY: Readonly<Record<EvidenceErrorCode, string>> = {
  LOG_EXISTS: "choose another data folder, or open this one",
  LOG_MISSING: "name a data folder that holds log.db",
  LOG_IN_USE: "stop the other process, or give another data folder",
  LOG_DAMAGED:
    "run `twinward evidence verify` to see what is damaged, then restore a backup and run `evidence recover`",
  LOG_ROLLED_BACK: "the log is older than a head known outside: run `twinward evidence recover`",
  LOG_KEY_MISSING: "restore keys/log.key from where it is kept",
  LOG_STOPPED: "open the log again",
  ENTRY_TOO_LONG: "put what is long into the body, not into the facts",
  DATA_KEY_DAMAGED: "restore the file in keys/data/ from where it is kept",
  CHECKPOINT_BEHIND: "ask again in a moment",
};

export class EvidenceError extends TwinwardError {
  constructor(code: EvidenceErrorCode, message: string, cause?: unknown) {
    super(code, message, { remedy: REMEDY[code], cause });
    this.name = "EvidenceError";
  }
}
