/**
 * The aligner: from frames of many devices, in any order of arrival, to rows with one value per signal.
 *
 * A row closes when every device that is waited for has delivered all its signals for it (or has gone past it without a
 * gap in its chain), or when newer event times, or ticks, are more than `latenessMsMax` beyond it. Rows close in time
 * order, each once. What comes after is late: reported, never put into a closed row.
 *
 * Invariant: as long as every frame arrives before event times more than `latenessMsMax` newer than its own, and each
 * device's event times do not run backwards, the rows do not depend on the order of arrival.
 *
 * Every device of the site is waited for, also one that is silent, because whether it will come back must not decide
 * what a row holds; a dead device delays rows by `latenessMsMax` until it is revoked or set out of service.
 */
import { type ReadingBlock, TwinwardError } from "@twinward/kernel";
import type { Site } from "@twinward/plant";
import type { Aligned, AlignerInput, DoorEvent, DoorEventKind, FrameInput, LateReading } from "./aligned.ts";
import { type AlignerState, type DeviceAlignment, decodeAlignerState, encodeAlignerState } from "./aligner-state.ts";
import { chainFrontMs, type FrameTimes, joinFrame, type Segment, startsChain } from "./device-chain.ts";
import { closedRow, type OpenRow, openRow, putReading } from "./open-row.ts";
import { lastSlotEndedBy, slotOf } from "./slot.ts";

/**
 * Values held in open rows (rows times signals). A site whose lateness limit needs more than half is refused; a frame
 * that would open more rows than fit has the rest of its readings judged late.
 */
export const OPEN_VALUES_MAX = 8_000_000;
/** A device is silent when nothing arrived from it for more than this many sample periods. */
export const SILENT_PERIODS = 2;

interface SiteIndex {
  readonly deviceNumber: ReadonlyMap<string, number>;
  readonly deviceIds: readonly string[];
  /** Per device, signal name to number. */
  readonly signals: readonly ReadonlyMap<string, number>[];
}

export class Aligner {
  readonly #site: Site;
  readonly #index: SiteIndex;
  readonly #rowsMax: number;
  #state: AlignerState;
  /** The open slots, oldest first. */
  #slots: number[] = [];
  /** The device the oldest open row waits for. */
  #blocker = 0;
  /** No silence or overdue link before this arrival time. */
  #nextDueMs = -Infinity;

  /** @throws TwinwardError SITE_LATENESS_TOO_LONG */
  constructor(site: Site) {
    this.#rowsMax = Math.floor(OPEN_VALUES_MAX / Math.max(1, site.signals.length));
    if (site.latenessMsMax / site.samplePeriodMs + 2 > this.#rowsMax / 2) {
      throw new TwinwardError("SITE_LATENESS_TOO_LONG", `latenessMsMax spans too many sample periods to keep open`, {
        remedy: "make latenessMsMax shorter or samplePeriodMs longer in site.yaml",
      });
    }
    this.#site = site;
    this.#index = indexOf(site);
    this.#state = freshState(this.#index);
  }

  /** Takes the next entry of the log; answers what followed from it, in order. */
  step(input: AlignerInput): readonly Aligned[] {
    const out: Aligned[] = [];
    this.#passTime(input.atMs, out);
    if (input.kind === "frame") this.#takeFrame(input, out);
    else if (input.kind === "tick") this.#state.newestMs = Math.max(this.#state.newestMs, input.atMs);
    else if (input.kind === "expect") this.#expect(input.device, input.expected);
    else out.push(refusedEvent(input));
    this.#closeRows(out);
    return out;
  }

  snapshot(): Uint8Array {
    return encodeAlignerState(this.#state, this.#site);
  }

  restore(snapshot: Uint8Array): void {
    this.#state = decodeAlignerState(snapshot, this.#site, freshState(this.#index));
    this.#slots = [...this.#state.open.keys()].sort((a, b) => a - b);
    this.#blocker = 0;
    this.#nextDueMs = -Infinity;
  }

  #passTime(atMs: number, out: Aligned[]): void {
    this.#state.nowMs = Math.max(this.#state.nowMs, atMs);
    if (this.#state.nowMs <= this.#nextDueMs) return;
    this.#state.devices.forEach((device, number) => {
      this.#reportSilence(device, number, out);
      for (const segment of device.segments) this.#reportOpenLink(segment, number, out);
    });
    this.#nextDueMs = this.#nextDue();
  }

  #reportSilence(device: DeviceAlignment, number: number, out: Aligned[]): void {
    const silentMs = SILENT_PERIODS * this.#site.samplePeriodMs;
    if (device.silent || !device.expected || this.#state.nowMs - device.arrivedMs <= silentMs) return;
    if (device.arrivedMs === -Infinity) return;
    device.silent = true;
    out.push(this.#event("silence", number, { sinceMs: device.arrivedMs }));
  }

  #reportOpenLink(segment: Segment, number: number, out: Aligned[]): void {
    if (segment.reported || startsChain(segment)) return;
    if (this.#state.nowMs - segment.openSinceMs <= this.#site.openLinkMsMax) return;
    segment.reported = true;
    out.push(this.#event("suppressed-frames", number, { sinceMs: segment.openSinceMs, entries: [segment.entry] }));
  }

  #nextDue(): number {
    let dueMs = Infinity;
    for (const device of this.#state.devices) {
      if (!device.silent && device.expected && device.arrivedMs > -Infinity) {
        dueMs = Math.min(dueMs, device.arrivedMs + SILENT_PERIODS * this.#site.samplePeriodMs);
      }
      for (const segment of device.segments) {
        if (!segment.reported && !startsChain(segment)) {
          dueMs = Math.min(dueMs, segment.openSinceMs + this.#site.openLinkMsMax);
        }
      }
    }
    return dueMs;
  }

  #takeFrame(frame: FrameInput, out: Aligned[]): void {
    const number = this.#index.deviceNumber.get(frame.device);
    const device = this.#state.devices[number ?? -1];
    if (number === undefined || device === undefined) {
      const count = frame.readings?.values.length ?? 0;
      out.push({ kind: "event", event: foreignEvent(frame, this.#state.nowMs, count) });
      return;
    }
    this.#arrived(device, number, frame, out);
    const times = timesOf(frame);
    const joined = joinFrame(device.segments, frame, times);
    for (const link of joined.backfilled) {
      out.push(this.#event("backfilled", number, { sinceMs: link.openSinceMs, entries: [frame.index] }));
    }
    for (const link of joined.givenUp.filter((segment) => !segment.reported)) {
      out.push(this.#event("suppressed-frames", number, { sinceMs: link.openSinceMs, entries: [link.entry] }));
    }
    if (frame.readings !== undefined) {
      this.#takeReadings(frame, frame.readings, number, out);
    }
    this.#state.newestMs = Math.max(this.#state.newestMs, times.newestMs);
  }

  #arrived(device: DeviceAlignment, number: number, frame: FrameInput, out: Aligned[]): void {
    if (device.silent) out.push(this.#event("resumed", number, { sinceMs: device.arrivedMs, entries: [frame.index] }));
    device.silent = false;
    device.arrivedMs = Math.max(device.arrivedMs, frame.atMs);
    // A later due time than the truth would hide something; an earlier one only costs a look.
    this.#nextDueMs = Math.min(this.#nextDueMs, frame.atMs + this.#site.openLinkMsMax);
    this.#nextDueMs = Math.min(this.#nextDueMs, frame.atMs + SILENT_PERIODS * this.#site.samplePeriodMs);
  }

  #takeReadings(frame: FrameInput, block: ReadingBlock, device: number, out: Aligned[]): void {
    const signals = block.names.map((name) => this.#index.signals[device]?.get(name) ?? -1);
    const late: LateReading[] = [];
    let foreign = 0;
    for (let i = 0; i < block.values.length; i++) {
      const signal = signals[block.signals[i] ?? -1] ?? -1;
      const timeMs = block.timesMs[i] ?? 0;
      const slot = slotOf(timeMs, this.#site.samplePeriodMs);
      if (signal < 0) foreign++;
      const row = slot > this.#state.closedSlot && signal >= 0 ? this.#rowAt(slot) : undefined;
      if (row !== undefined) putReading(row, signal, frame, device, block, i);
      // Another sample of a period the device has delivered in full is not late, only one too many.
      else if (signal >= 0 && slot !== this.#state.devices[device]?.fullSlot) {
        const [value, quality] = [(block.values[i] ?? 0) + 0, block.qualities[i] ?? 0];
        late.push({ signal, timeMs, value, quality, entry: frame.index });
      }
    }
    if (foreign > 0) out.push({ kind: "event", event: foreignEvent(frame, this.#state.nowMs, foreign) });
    if (late.length > 0) out.push({ kind: "late", entry: frame.index, readings: late });
  }

  #rowAt(slot: number): OpenRow | undefined {
    const held = this.#state.open.get(slot);
    if (held !== undefined || this.#state.open.size >= this.#rowsMax) return held;
    const row = openRow(this.#site.signals.length, this.#state.devices.length);
    this.#state.open.set(slot, row);
    const after = this.#slots.findLastIndex((open) => open < slot);
    this.#slots.splice(after + 1, 0, slot);
    return row;
  }

  #expect(device: string, expected: boolean): void {
    const held = this.#state.devices[this.#index.deviceNumber.get(device) ?? -1];
    if (held === undefined) return;
    held.expected = expected && (this.#index.signals[this.#index.deviceNumber.get(device) ?? -1]?.size ?? 0) > 0;
    this.#nextDueMs = -Infinity;
    this.#blocker = 0;
  }

  #closeRows(out: Aligned[]): void {
    const endedSlot = lastSlotEndedBy(this.#state.newestMs - this.#site.latenessMsMax, this.#site.samplePeriodMs);
    let closed = 0;
    for (const slot of this.#slots) {
      const row = this.#state.open.get(slot);
      if (row === undefined || (slot > endedSlot && !this.#isComplete(slot, row))) break;
      this.#state.open.delete(slot);
      this.#state.closedSlot = slot;
      this.#blocker = 0;
      this.#rememberFull(slot, row);
      out.push({ kind: "row", row: closedRow(row) });
      closed++;
    }
    this.#slots.splice(0, closed);
    this.#state.closedSlot = Math.max(this.#state.closedSlot, endedSlot);
  }

  #rememberFull(slot: number, row: OpenRow): void {
    this.#state.devices.forEach((device, number) => {
      if (row.filled[number] === this.#index.signals[number]?.size) device.fullSlot = slot;
    });
  }

  /** Devices below `#blocker` have delivered for the oldest open row, and never take that back. */
  #isComplete(slot: number, row: OpenRow): boolean {
    while (this.#blocker < this.#state.devices.length && this.#hasDelivered(this.#blocker, slot, row)) this.#blocker++;
    return this.#blocker === this.#state.devices.length;
  }

  #hasDelivered(number: number, slot: number, row: OpenRow): boolean {
    const device = this.#state.devices[number];
    if (device === undefined || !device.expected) return true;
    const period = this.#site.samplePeriodMs;
    const frontMs = chainFrontMs(device.segments, (timeMs) => slotOf(timeMs, period) <= this.#state.closedSlot);
    const frontSlot = slotOf(frontMs, period);
    if (frontSlot !== slot) return frontSlot > slot;
    return row.filled[number] === this.#index.signals[number]?.size;
  }

  #event(what: DoorEventKind, device: number, known: { sinceMs: number; entries?: readonly number[] }): Aligned {
    const { sinceMs, entries = [] } = known;
    const id = this.#index.deviceIds[device] ?? "";
    return {
      kind: "event",
      event: { what, device: id, timeMs: this.#state.nowMs, sinceMs, count: 1, code: "", entries },
    };
  }
}

function indexOf(site: Site): SiteIndex {
  const numbers = new Map(site.signals.map((signal) => [signal.id, signal.number]));
  const ownSignals = site.devices.map((device) => {
    const own = device.signals.filter((id) => numbers.has(id));
    return new Map(own.map((id) => [id, numbers.get(id) ?? -1]));
  });
  return {
    deviceNumber: new Map(site.devices.map((device, number) => [device.id, number])),
    deviceIds: site.devices.map((device) => device.id),
    signals: ownSignals,
  };
}

function freshState(index: SiteIndex): AlignerState {
  return {
    devices: index.signals.map((signals) => ({
      segments: [],
      arrivedMs: -Infinity,
      silent: false,
      expected: signals.size > 0,
      fullSlot: -Infinity,
    })),
    open: new Map(),
    newestMs: -Infinity,
    closedSlot: -Infinity,
    nowMs: -Infinity,
  };
}

function timesOf(frame: FrameInput): FrameTimes {
  const times = frame.readings?.timesMs;
  if (times === undefined || times.length === 0) return { oldestMs: frame.signedAtMs, newestMs: frame.signedAtMs };
  return {
    oldestMs: times.reduce((oldest, timeMs) => Math.min(oldest, timeMs), Infinity),
    newestMs: times.reduce((newest, timeMs) => Math.max(newest, timeMs), -Infinity),
  };
}

function refusedEvent(input: AlignerInput & { kind: "refusals" }): Aligned {
  const what = input.code === "FRAME_FORK" ? "fork" : "refused";
  const { source, code, count, atMs, index } = input;
  return { kind: "event", event: { what, device: source, timeMs: atMs, sinceMs: atMs, count, code, entries: [index] } };
}

function foreignEvent(frame: FrameInput, timeMs: number, count: number): DoorEvent {
  const { device, index } = frame;
  return { what: "foreign-signals", device, timeMs, sinceMs: timeMs, count, code: "", entries: [index] };
}
