/** What the door keeps in memory of one device: its chain, its rate, its clock. */
import type { FrameKey, LogReader } from "@twinward/evidence";
import type { Refusal } from "@twinward/kernel";
import { DeviceChain } from "./chain.ts";
import { ClockOffset } from "./clock-offset.ts";
import type { Accepted, DeviceHealth } from "./ingest.ts";
import type { IngestLimits } from "./limits.ts";
import { TokenBucket } from "./rate.ts";

export interface Arrival {
  readonly nowMs: number;
  readonly issuedAtMs: number;
  /** A clock that moves by more has jumped. */
  readonly jumpMs: number;
}

export class DeviceWatch {
  readonly device: string;
  readonly chain: DeviceChain;
  readonly bucket: TokenBucket;
  readonly #offset = new ClockOffset();
  #lastMs: number | undefined;

  constructor(device: string, log: LogReader, limits: IngestLimits, nowMs: number) {
    this.device = device;
    this.chain = new DeviceChain(device, log);
    this.bucket = new TokenBucket(limits.framesPerSecondMax, limits.framesBurstMax, nowMs);
  }

  /** Answers the size of a clock jump, if there was one. */
  sent(
    key: FrameKey,
    link: "known" | "open",
    answer: Promise<Accepted | Refusal>,
    arrival: Arrival,
  ): number | undefined {
    const isHead = this.chain.sent(key, link, answer, arrival.nowMs);
    this.#lastMs = arrival.nowMs;
    // Backfill was signed long ago: only the newest frame of a device tells what its clock says now.
    return isHead ? this.#offset.take(arrival.nowMs, arrival.issuedAtMs, arrival.jumpMs) : undefined;
  }

  health(): DeviceHealth {
    return {
      device: this.device,
      lastMs: this.#lastMs,
      clockOffsetMs: this.#offset.medianMs(),
      openLinks: this.chain.openLinks.size,
    };
  }
}
