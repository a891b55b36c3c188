/**
 * Passage: may this frame go into the log? All checks, in the order of the rule book, without a single await.
 *
 * After admission (admission.ts: size, shell, key, names, site, signature) the payload is decoded; then chain, clock,
 * schema, rate. Being synchronous, two frames never judge the same state of a chain.
 *
 * Invariant: whatever the answer, no state has changed but the rate's, and that only for a frame that passes.
 */
import type { DeviceLookup } from "@twinward/access";
import type { EntryDraft, FrameKey } from "@twinward/evidence";
import { decodePayload, frameDigest, type ParsedFrame } from "@twinward/frame";
import { type Clock, isRefusal, type ReadingBlock, type Refusal } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import { type Admitted, admit, type Refused } from "./admission.ts";
import type { DeviceWatch } from "./device-watch.ts";
import type { Accepted } from "./ingest.ts";
import { ABSURD_VALUE } from "./limits.ts";
import { refuseAtDoor } from "./refusals.ts";
import { classificationOf, type SignalTables } from "./signal-tables.ts";
import { type Span, spanOf } from "./span.ts";

/** Passed every check; waits for the disk. */
export interface Passed {
  readonly draft: EntryDraft;
  readonly key: FrameKey;
  readonly watch: DeviceWatch;
  readonly block: ReadingBlock;
  readonly link: "known" | "open";
  readonly issuedAtMs: number;
  readonly bytes: number;
}

/** In the log already, as this entry. */
export interface Stored {
  readonly stored: number;
}

/** On its way into the log already. */
export interface Flying {
  readonly flying: Promise<Accepted | Refusal>;
}

export interface PassageParts {
  readonly site: Site;
  readonly registry: DeviceLookup;
  readonly tables: SignalTables;
  readonly watches: ReadonlyMap<string, DeviceWatch>;
  readonly clock: Clock;
}

export function pass(bytes: Uint8Array, parts: PassageParts): Passed | Stored | Flying | Refused {
  const admitted = admit(bytes, parts.site.id, parts.registry);
  if (!("frame" in admitted)) return admitted;
  const passed = passAdmitted(admitted, parts);
  if (!isRefusal(passed)) return passed;
  const { device } = admitted.signer;
  return { refusal: passed, signer: device, proven: true, quarantine: passed.code === "FRAME_FORK" };
}

function passAdmitted(admitted: Admitted, parts: PassageParts): Passed | Stored | Flying | Refusal {
  const { header } = admitted.frame;
  const watch = parts.watches.get(header.device);
  if (watch === undefined) return refuseAtDoor("DEVICE_FOREIGN");
  const known = parts.tables.byDigest(header.signalTable);
  if (known === undefined) return refuseAtDoor("SIGNAL_TABLE_UNKNOWN");
  if (known.table.device !== header.device) return refuseAtDoor("SIGNAL_TABLE_FOREIGN");
  const block = decodePayload(admitted.frame, known.table);
  if (isRefusal(block)) return block;
  const key = keyOf(admitted.frame);
  const place = watch.chain.judge(key);
  if (place.kind === "fork") return refuseAtDoor("FRAME_FORK", `Here ${place.detail}.`);
  if (place.kind === "duplicate") return { stored: place.index };
  if (place.kind === "in-flight") return { flying: place.answer };
  const span = spanOf(block);
  const nowMs = parts.clock.nowMs();
  const classification = spanFault(span, nowMs, parts.site) ?? known.misfit ?? classificationOf(known, block);
  if (isRefusal(classification)) return classification;
  if (!watch.bucket.take(nowMs)) return refuseAtDoor("RATE_EXCEEDED");
  const draft = draftOf(admitted, key, block.values.length, span, classification);
  const { link } = place;
  return { draft, key, watch, block, link, issuedAtMs: header.issuedAtMs, bytes: admitted.frame.bytes.length };
}

function spanFault(span: Span, nowMs: number, site: Site): Refusal | undefined {
  const aheadMs = span.newestMs - nowMs;
  if (aheadMs > site.aheadMsMax) return refuseAtDoor("EVENT_TIME_AHEAD", `It is ${aheadMs} ms ahead.`);
  return span.largest > ABSURD_VALUE ? refuseAtDoor("READING_ABSURD") : undefined;
}

function keyOf(frame: ParsedFrame): FrameKey {
  const { device, boot, sequence, previous } = frame.header;
  // The key of a device's newest frame is kept: a view of `previous` would keep the whole message alive, or a socket's read.
  return { device, boot, sequence, digest: frameDigest(frame), previous: previous.slice() };
}

/** The facts of a frame entry, for everybody who reads the log. */
function draftOf(admitted: Admitted, key: FrameKey, readings: number, span: Span, classification: string): EntryDraft {
  const { frame, signer } = admitted;
  const facts = {
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
  };
  return { kind: "frame", facts, body: frame.bytes, dataKey: `class:${classification}`, frame: key };
}
