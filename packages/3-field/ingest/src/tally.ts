/**
 * Tally: every refusal is counted, some are kept.
 *
 * Counts go to the ledger (bounded entries per minute) and to health; a frame meant for us whose signature or chain is
 * wrong also goes to quarantine, where somebody may look at what an attacker tried.
 */
import type { RefusalLedger } from "@twinward/access";
import type { EvidenceLog } from "@twinward/evidence";
import { sha256 } from "@twinward/kernel";
import type { Refused } from "./admission.ts";
import type { Via } from "./ingest.ts";
import { QUARANTINE_PUTS_MAX } from "./limits.ts";

export class Tally {
  readonly #ledger: RefusalLedger;
  readonly #log: Pick<EvidenceLog, "quarantine">;
  readonly #refused = new Map<string, number>();
  /** At most two sources per registered device: proven and claimed. */
  readonly #quarantined = new Map<string, number>();

  constructor(ledger: RefusalLedger, log: Pick<EvidenceLog, "quarantine">) {
    this.#ledger = ledger;
    this.#log = log;
  }

  /** By code, since the start. */
  refused(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#refused);
  }

  /** Full or stopping is our state, not the sender's doing: health, but no entry in a log that cannot keep up. */
  turnedAway(code: string): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
  }

  count({ refusal, signer, proven, quarantine }: Refused, bytes: Uint8Array, via: Via): void {
    this.turnedAway(refusal.code);
    const kind = signer === undefined ? "outside" : proven ? "device" : "claimed";
    // Hashing more than a frame may hold would let a sender choose our work.
    const digest = refusal.code === "FRAME_TOO_BIG" ? undefined : sha256(bytes);
    this.#ledger.count(refusal.code, { kind, name: signer ?? via.source }, digest);
    // Proven and claimed frames have separate shelves: strangers cannot crowd out a device's own contradictions.
    if (quarantine) this.#keep(`${kind}:${signer}`, refusal.code, bytes);
  }

  #keep(source: string, code: string, bytes: Uint8Array): void {
    const kept = this.#quarantined.get(source) ?? 0;
    if (kept >= QUARANTINE_PUTS_MAX) return;
    this.#quarantined.set(source, kept + 1);
    this.#log.quarantine(source, code, bytes);
  }
}
