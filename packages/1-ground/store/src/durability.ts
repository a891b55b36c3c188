/**
 * The disk did not keep what it was told to keep.
 *
 * After a failed fsync the kernel may have dropped the dirty pages and call the next fsync a success, so trying again
 * proves nothing. The process stops, and start recovers from what is really on the disk.
 */
import { TwinwardError } from "@twinward/kernel";

export class DurabilityLost extends TwinwardError {
  constructor(what: string, cause: unknown) {
    super("DURABILITY_LOST", `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
      remedy: "check the disk, then start again: start recovers from what is really stored",
    });
    this.name = "DurabilityLost";
  }
}

/** The disk is full: nothing was stored, and the same work may succeed when there is space again. */
export class DiskFull extends TwinwardError {
  constructor(what: string, cause: unknown) {
    super("DISK_FULL", `${what}: no space left`, { cause, remedy: "make space on the disk of the data folder" });
    this.name = "DiskFull";
  }
}
