/**
 * The door in: from bytes of anybody to a durable entry and its proof, or to a refusal with a code.
 *
 * The checks are in passage.ts; here is what surrounds them: room, the append, the answer, and housekeeping.
 *
 * Invariants: what is answered with a proof is in the log; a refused frame changes no state of its device; a frame whose
 * append failed is forgotten as if it had never come; memory is bounded by the limits and the number of devices.
 */
import { LogRefusalLedger, type RefusalLedger } from "@twinward/access";
import { isRefusal, type Refusal } from "@twinward/kernel";
import { DeviceWatch } from "./device-watch.ts";
import { InFlight } from "./in-flight.ts";
import type { Accepted, AcceptedFrame, DoorFinding, Ingest, IngestHealth, IngestOptions, Via } from "./ingest.ts";
import { BEAT_MS_MAX, USUAL_LIMITS } from "./limits.ts";
import { OpenLinks } from "./open-links.ts";
import { type PassageParts, type Passed, pass } from "./passage.ts";
import { refuseAtDoor } from "./refusals.ts";
import { SignalTables } from "./signal-tables.ts";
import { Tally } from "./tally.ts";

/**
 * Opens the door over a log: learns its signal tables, adds those of the site, and finds the open links again.
 * @throws TwinwardError INGEST_LOG_DAMAGED
 */
export async function createIngest(options: IngestOptions): Promise<Ingest> {
  const tables = new SignalTables(options.site);
  await tables.open(options.log);
  return new FrameDoor(options, tables);
}

class FrameDoor implements Ingest {
  readonly #options: IngestOptions;
  readonly #parts: PassageParts;
  readonly #ledger: RefusalLedger;
  readonly #tally: Tally;
  readonly #inFlight: InFlight;
  readonly #links: OpenLinks;
  readonly #onAccepted: ((frame: AcceptedFrame) => void)[] = [];
  readonly #onFinding: ((finding: DoorFinding) => void)[] = [];
  readonly #counts = { accepted: 0, duplicates: 0, readings: 0 };
  readonly #timer: { stop(): void };
  /** When the newest frame, or the tick that stands for none, arrived. */
  #arrivedMs: number;
  #stopping = false;
  #beating: Promise<void> | undefined;

  constructor(options: IngestOptions, tables: SignalTables) {
    const { site, log, registry, clock } = options;
    const limits = { ...USUAL_LIMITS, ...options.limits };
    const nowMs = clock.nowMs();
    const watches = new Map(site.devices.map(({ id }) => [id, new DeviceWatch(id, log, limits, nowMs)]));
    this.#options = options;
    this.#parts = { site, registry, tables, watches, clock };
    this.#ledger = options.ledger ?? new LogRefusalLedger(log, clock);
    this.#tally = new Tally(this.#ledger, log);
    this.#inFlight = new InFlight(limits.inFlightFramesMax, limits.inFlightBytesMax);
    this.#links = new OpenLinks(log, watches);
    this.#arrivedMs = nowMs;
    // The timer's beat may fail when the disk is full: whoever sends next is told, and the next beat tries again.
    const beat = () => void this.beat().catch(() => undefined);
    this.#timer = (options.timer ?? intervalTimer)(beat, Math.min(site.samplePeriodMs, BEAT_MS_MAX));
  }

  accept(bytes: Uint8Array, via: Via): Promise<Accepted | Refusal> {
    if (this.#stopping) return this.#turnAway("DOOR_CLOSED");
    if (!this.#inFlight.enter(bytes.length)) return this.#turnAway("DOOR_BUSY");
    const passed = pass(bytes, this.#parts);
    if ("draft" in passed) return this.#append(passed);
    this.#inFlight.leave(bytes.length);
    if ("stored" in passed) return Promise.resolve(this.#original(passed.stored));
    if ("flying" in passed) return passed.flying.then((answer) => this.#again(answer));
    this.#tally.count(passed, bytes, via);
    if (passed.refusal.code === "FRAME_FORK") this.#find("fork", passed.signer ?? "", passed.refusal.detail);
    return Promise.resolve(passed.refusal);
  }

  ready(): Promise<void> | undefined {
    return this.#inFlight.ready();
  }

  beat(): Promise<void> {
    this.#beating ??= this.#keepHouse().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  health(): IngestHealth {
    return {
      ...this.#counts,
      refused: this.#tally.refused(),
      framesInFlight: this.#inFlight.frames,
      devices: [...this.#parts.watches.values()].map((watch) => watch.health()),
    };
  }

  onAccepted(listener: (frame: AcceptedFrame) => void): void {
    this.#onAccepted.push(listener);
  }

  onFinding(listener: (finding: DoorFinding) => void): void {
    this.#onFinding.push(listener);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#timer.stop();
    await this.#inFlight.empty();
    await this.#beating?.catch(() => undefined);
    await this.#ledger.flush(true);
    await this.#links.save();
  }

  #append(passed: Passed): Promise<Accepted | Refusal> {
    const { key, watch, link, issuedAtMs } = passed;
    const nowMs = this.#options.clock.nowMs();
    const answer = this.#store(passed, nowMs);
    const jumpMs = watch.sent(key, link, answer, { nowMs, issuedAtMs, jumpMs: this.#options.site.aheadMsMax });
    this.#arrivedMs = nowMs;
    if (jumpMs !== undefined) this.#find("clock-jump", key.device, `its clock moved by ${-Math.round(jumpMs)} ms`);
    return answer;
  }

  async #store(passed: Passed, arrivedMs: number): Promise<Accepted | Refusal> {
    const { key, watch, block } = passed;
    try {
      const receipt = await this.#options.log.append(passed.draft);
      if ("conflict" in receipt) {
        // The database knows better than our memory: it holds this frame, or another, in this place.
        watch.chain.lost(key, arrivedMs);
        if (receipt.conflict === "fork") return refuseAtDoor("FRAME_FORK");
        return this.#again(acceptedOf(receipt.existing));
      }
      watch.chain.stored(key);
      this.#counts.accepted += 1;
      this.#counts.readings += block.values.length;
      for (const listener of this.#onAccepted) listener({ index: receipt.index, device: key.device, arrivedMs, block });
      return acceptedOf(receipt);
    } catch (error) {
      watch.chain.lost(key, arrivedMs);
      throw error;
    } finally {
      this.#inFlight.leave(passed.bytes);
    }
  }

  #original(index: number): Accepted {
    this.#counts.duplicates += 1;
    return { index, duplicate: true, proof: () => this.#options.log.proof(index) };
  }

  #again(answer: Accepted | Refusal): Accepted | Refusal {
    if (isRefusal(answer)) return answer;
    this.#counts.duplicates += 1;
    return { ...answer, duplicate: true };
  }

  #turnAway(code: "DOOR_BUSY" | "DOOR_CLOSED"): Promise<Refusal> {
    this.#tally.turnedAway(code);
    return Promise.resolve(refuseAtDoor(code, "", "operator"));
  }

  async #keepHouse(): Promise<void> {
    const { site, log, clock } = this.#options;
    const nowMs = clock.nowMs();
    // A clock that stepped back starts the period anew; waiting for it to catch up would hide a silence.
    this.#arrivedMs = Math.min(this.#arrivedMs, nowMs);
    if (nowMs - this.#arrivedMs >= site.samplePeriodMs) {
      await log.appendAll({ drafts: [{ kind: "tick", facts: {} }] });
      this.#arrivedMs = Math.max(this.#arrivedMs, nowMs);
    }
    for (const { device, text } of this.#links.overdue(nowMs, site.openLinkMsMax)) {
      this.#find("suppressed-frames", device, text);
    }
    await this.#ledger.flush();
    await this.#links.saveWhenDue();
  }

  #find(kind: DoorFinding["kind"], device: string, text: string): void {
    const finding: DoorFinding = { kind, device, atMs: this.#options.clock.nowMs(), text };
    for (const listener of this.#onFinding) listener(finding);
  }
}

function acceptedOf(receipt: { readonly index: number; proof(): string }): Accepted {
  return { index: receipt.index, duplicate: false, proof: () => receipt.proof() };
}

function intervalTimer(beat: () => void, periodMs: number): { stop(): void } {
  const handle = setInterval(beat, periodMs).unref();
  return { stop: () => clearInterval(handle) };
}
