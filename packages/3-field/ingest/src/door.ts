/**
 * The door in: from bytes of anybody to a durable entry and its proof, or to a refusal with a code.
 *
 * The order: room, size, shell, key, names, site, signature (admission.ts); only then decode; chain (chain.ts); clock;
 * schema; rate. Everything up to the append is synchronous, so two frames never judge the same state of a chain.
 *
 * Invariants: what is answered with a proof is in the log; a refused frame changes no state of its device; a frame whose
 * append failed is forgotten as if it had never come; memory is bounded by `limits` and the number of devices.
 */
import { LogRefusalLedger, type RefusalLedger } from "@twinward/access";
import type { EntryDraft, FrameKey } from "@twinward/evidence";
import { decodePayload, frameDigest, type ParsedFrame } from "@twinward/frame";
import { isRefusal, type ReadingBlock, type Refusal, sha256 } from "@twinward/kernel";
import { type Admitted, admit, type Refused } from "./admission.ts";
import { DeviceWatch } from "./device-watch.ts";
import { InFlight } from "./in-flight.ts";
import type { Accepted, AcceptedFrame, DoorFinding, Ingest, IngestHealth, IngestOptions, Via } from "./ingest.ts";
import { ABSURD_VALUE, BEAT_MS_MAX, USUAL_LIMITS } from "./limits.ts";
import { OpenLinks } from "./open-links.ts";
import { refuseAtDoor } from "./refusals.ts";
import { classificationOf, SignalTables } from "./signal-tables.ts";
import { type Span, spanOf } from "./span.ts";

/** A frame that passed every check and waits for the disk. */
interface Passed {
  readonly draft: EntryDraft;
  readonly key: FrameKey;
  readonly watch: DeviceWatch;
  readonly block: ReadingBlock;
  readonly link: "known" | "open";
  readonly issuedAtMs: number;
  readonly bytes: number;
}

type Repeated = { readonly repeated: Promise<Accepted | Refusal> };

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
  readonly #tables: SignalTables;
  readonly #ledger: RefusalLedger;
  readonly #inFlight: InFlight;
  readonly #watches = new Map<string, DeviceWatch>();
  readonly #links: OpenLinks;
  readonly #onAccepted: ((frame: AcceptedFrame) => void)[] = [];
  readonly #onFinding: ((finding: DoorFinding) => void)[] = [];
  readonly #refused = new Map<string, number>();
  readonly #counts = { accepted: 0, duplicates: 0, readings: 0 };
  readonly #timer: { stop(): void };
  #arrivedMs: number;
  #stopping = false;
  #beating: Promise<void> | undefined;

  constructor(options: IngestOptions, tables: SignalTables) {
    const limits = { ...USUAL_LIMITS, ...options.limits };
    this.#options = options;
    this.#tables = tables;
    this.#ledger = options.ledger ?? new LogRefusalLedger(options.log, options.clock);
    this.#inFlight = new InFlight(limits.inFlightFramesMax, limits.inFlightBytesMax);
    for (const { id } of options.site.devices) {
      this.#watches.set(id, new DeviceWatch(id, options.log, limits, options.clock.nowMs()));
    }
    this.#links = new OpenLinks(options.log, this.#watches);
    this.#arrivedMs = options.clock.nowMs();
    const timer = options.timer ?? intervalTimer;
    // The timer's beat may fail when the disk is full; whoever sends next is told, and the next beat tries again.
    const beat = () => void this.beat().catch(() => undefined);
    this.#timer = timer(beat, Math.min(options.site.samplePeriodMs, BEAT_MS_MAX));
  }

  accept(bytes: Uint8Array, via: Via): Promise<Accepted | Refusal> {
    if (this.#stopping) return this.#turnAway("DOOR_CLOSED");
    if (!this.#inFlight.enter(bytes.length)) return this.#turnAway("DOOR_BUSY");
    const passed = this.#judge(bytes);
    if ("draft" in passed) return this.#append(passed);
    this.#inFlight.leave(bytes.length);
    if ("repeated" in passed) return passed.repeated;
    this.#count(passed, bytes, via);
    return Promise.resolve(passed.refusal);
  }

  ready(): Promise<void> | undefined {
    return this.#inFlight.ready();
  }

  beat(): Promise<void> {
    this.#beating ??= this.#look().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  health(): IngestHealth {
    return {
      ...this.#counts,
      refused: Object.fromEntries(this.#refused),
      framesInFlight: this.#inFlight.frames,
      devices: [...this.#watches.values()].map((watch) => watch.health()),
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
    await this.#beating;
    await this.#ledger.flush(true);
    await this.#links.save();
  }

  /** All checks, in order, without a single await. */
  #judge(bytes: Uint8Array): Passed | Repeated | Refused {
    const { site, registry } = this.#options;
    const admitted = admit(bytes, site.id, registry);
    if (!("frame" in admitted)) return admitted;
    const judged = this.#judgeAdmitted(admitted);
    if (!isRefusal(judged)) return judged;
    const quarantine = judged.code === "FRAME_FORK";
    if (quarantine) this.#find("fork", admitted.frame.header.device, judged.detail);
    return { refusal: judged, signer: admitted.signer.device, proven: true, quarantine };
  }

  #judgeAdmitted(admitted: Admitted): Passed | Repeated | Refusal {
    const { frame } = admitted;
    const watch = this.#watches.get(frame.header.device);
    if (watch === undefined) return refuseAtDoor("DEVICE_FOREIGN");
    const known = this.#tables.byDigest(frame.header.signalTable);
    if (known === undefined) return refuseAtDoor("SIGNAL_TABLE_UNKNOWN");
    if (known.table.device !== frame.header.device) return refuseAtDoor("SIGNAL_TABLE_FOREIGN");
    const block = decodePayload(frame, known.table);
    if (isRefusal(block)) return block;
    const key = keyOf(frame);
    const place = watch.chain.judge(key);
    if (place.kind === "fork") return refuseAtDoor("FRAME_FORK", `Here ${place.detail}.`);
    if (place.kind === "duplicate") return { repeated: Promise.resolve(this.#original(place.index)) };
    if (place.kind === "in-flight") return { repeated: place.answer.then((answer) => this.#again(answer)) };
    const nowMs = this.#options.clock.nowMs();
    const span = spanOf(block);
    const classification = known.misfit ?? this.#spanFault(span, nowMs) ?? classificationOf(known, block);
    if (isRefusal(classification)) return classification;
    if (!watch.bucket.take(nowMs)) return refuseAtDoor("RATE_EXCEEDED");
    const draft = draftOf(admitted, key, block.values.length, span, classification);
    const { issuedAtMs } = frame.header;
    return { draft, key, watch, block, link: place.link, issuedAtMs, bytes: frame.bytes.length };
  }

  #spanFault(span: Span, nowMs: number): Refusal | undefined {
    const aheadMs = span.newestMs - nowMs;
    if (aheadMs > this.#options.site.aheadMsMax) return refuseAtDoor("EVENT_TIME_AHEAD", `It is ${aheadMs} ms ahead.`);
    return span.largest > ABSURD_VALUE ? refuseAtDoor("READING_ABSURD") : undefined;
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
        // The database knows better than our memory: it holds another frame, or this one, in this place.
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

  /** Full or stopping is our state, not the sender's doing: shown as health, not written into a log that cannot keep up. */
  #turnAway(code: "DOOR_BUSY" | "DOOR_CLOSED"): Promise<Refusal> {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
    return Promise.resolve(refuseAtDoor(code, "", "operator"));
  }

  #count(refused: Refused, bytes: Uint8Array, via: Via): void {
    const { refusal, signer, proven } = refused;
    this.#refused.set(refusal.code, (this.#refused.get(refusal.code) ?? 0) + 1);
    const kind = signer === undefined ? "outside" : proven ? "device" : "claimed";
    // Hashing more than a frame may hold would let a sender choose our work.
    const digest = refusal.code === "FRAME_TOO_BIG" ? undefined : sha256(bytes);
    this.#ledger.count(refusal.code, { kind, name: signer ?? via.source }, digest);
    // Proven and claimed frames have separate shelves: strangers cannot crowd out a device's own contradictions.
    if (refused.quarantine) this.#options.log.quarantine(`${kind}:${signer}`, refusal.code, bytes);
  }

  async #look(): Promise<void> {
    const { site, log, clock } = this.#options;
    const nowMs = clock.nowMs();
    if (nowMs - this.#arrivedMs >= site.samplePeriodMs) {
      await log.appendAll({ drafts: [{ kind: "tick", facts: {} }] });
      this.#arrivedMs = nowMs;
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

function keyOf(frame: ParsedFrame): FrameKey {
  const { device, boot, sequence, previous } = frame.header;
  return { device, boot, sequence, digest: frameDigest(frame), previous };
}

/** The facts of a frame entry, for everybody who reads the log. */
function draftOf(admitted: Admitted, key: FrameKey, readings: number, span: Span, classification: string): EntryDraft {
  const { frame, signer } = admitted;
  return {
    kind: "frame",
    facts: {
      device: key.device,
      iss: frame.header.issuer,
      boot: key.boot,
      seq: key.sequence,
      digest: key.digest,
      prev: key.previous,
      signedAt: signer.signedAt,
      iat: Math.round(frame.header.issuedAtMs),
      from: span.oldestMs,
      to: span.newestMs,
      bytes: frame.bytes.length,
      readings,
    },
    body: frame.bytes,
    dataKey: `class:${classification}`,
    frame: key,
  };
}

function acceptedOf(receipt: { readonly index: number; proof(): string }): Accepted {
  return { index: receipt.index, duplicate: false, proof: () => receipt.proof() };
}

function intervalTimer(beat: () => void, periodMs: number): { stop(): void } {
  const handle = setInterval(beat, periodMs).unref();
  return { stop: () => clearInterval(handle) };
}
