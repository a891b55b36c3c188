/**
 * The newest checkpoint this device holds: what a rolled-back or rewritten log is caught with.
 *
 * A log only grows. A smaller tree, or another root for a size we know, is an alarm and never quietly accepted; whether
 * a larger tree extends ours is for auditors with the log's tiles, who can ask this device for its checkpoint.
 */
import { equalBytes, isRefusal } from "@twinward/kernel";
import { type OpenedCheckpoint, openCheckpoint, type VerifierKey } from "@twinward/tlog";
import type { Outbox } from "./outbox.ts";
import { verifyEd25519 } from "./receipt.ts";
import { type DeviceRefusal, refuseDevice } from "./refusals.ts";

export class LogHead {
  readonly #outbox: Outbox;
  #newest: OpenedCheckpoint | undefined;

  /** A kept checkpoint that this log key did not sign belongs to another log and is not used. */
  constructor(outbox: Outbox, logKey: VerifierKey) {
    this.#outbox = outbox;
    if (outbox.checkpoint === undefined) return;
    const opened = openCheckpoint(outbox.checkpoint, [logKey], verifyEd25519);
    if (!isRefusal(opened)) this.#newest = opened;
  }

  /** Size of the tree of the newest checkpoint; 0 when there is none. */
  get size(): number {
    return this.#newest?.size ?? 0;
  }

  /** Takes over a later checkpoint whose signature was checked, or says why the log is under suspicion. */
  advance(next: OpenedCheckpoint, note: string): DeviceRefusal | undefined {
    const newest = this.#newest;
    if (newest !== undefined && next.size < newest.size) {
      return refuseDevice("RECEIPT_HEAD_SMALLER", `We hold size ${newest.size}, it shows ${next.size}.`);
    }
    if (newest !== undefined && next.size === newest.size) {
      return equalBytes(newest.root, next.root)
        ? undefined
        : refuseDevice("RECEIPT_HEAD_CHANGED", `Size ${next.size}.`);
    }
    this.#outbox.keepCheckpoint(note);
    this.#newest = next;
    return undefined;
  }
}
