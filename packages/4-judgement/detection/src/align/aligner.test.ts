import { blockOf, qualityNumber, type Reading } from "@twinward/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Aligned, AlignedRow, AlignerInput, DoorEvent, FrameInput } from "./aligned.ts";
import { Aligner, OPEN_VALUES_MAX } from "./aligner.ts";
import { alignmentSite } from "./alignment-site.fixture.ts";
import { SEGMENTS_MAX } from "./device-chain.ts";

const P = 1000;
const LATENESS = 3 * P;
const site = alignmentSite({ devices: 3, signalsEach: 2, samplePeriodMs: P, latenessMsMax: LATENESS });
const ZERO = "0".repeat(64);

/** One device's memory while it makes frames: sequence, last digest, boot. */
class FrameMaker {
  readonly #device: string;
  #boot = 0;
  #sequence = 0;
  #previous = ZERO;

  constructor(device: string) {
    this.#device = device;
  }

  reboot(): void {
    this.#boot++;
    this.#sequence = 0;
  }

  frame(readings: readonly Reading[]): FrameInput {
    const digest = `${this.#device}/${this.#boot}/${this.#sequence}`;
    const made: FrameInput = {
      kind: "frame",
      index: 0,
      atMs: 0,
      device: this.#device,
      boot: this.#boot,
      sequence: this.#sequence++,
      digest,
      previous: this.#previous,
      signedAtMs: readings.at(-1)?.timeMs ?? 0,
      readings: blockOf(readings),
    };
    this.#previous = digest;
    return made;
  }

  /** All signals of the device at one time; the value names device, signal and time. */
  sample(timeMs: number): FrameInput {
    return this.frame(sampleOf(this.#device, timeMs));
  }
}

function sampleOf(device: string, timeMs: number): Reading[] {
  const signals = site.devices.find((candidate) => candidate.id === device)?.signals ?? [];
  return signals.map((signal, i) => ({ signal, timeMs, value: timeMs + i / 10, quality: 0 }));
}

function run(inputs: readonly AlignerInput[], aligner = new Aligner(site)): Aligned[] {
  return inputs.flatMap((input) => aligner.step(input));
}

/** Gives frames their place in the log. */
function inLog(frames: readonly FrameInput[], atMs: (frame: FrameInput, i: number) => number): FrameInput[] {
  return frames.map((frame, i) => ({ ...frame, index: i, atMs: atMs(frame, i) }));
}

const rowsOf = (out: readonly Aligned[]): AlignedRow[] =>
  out.flatMap((item) => (item.kind === "row" ? [item.row] : []));
const eventsOf = (out: readonly Aligned[]): DoorEvent[] =>
  out.flatMap((item) => (item.kind === "event" ? [item.event] : []));
const lateOf = (out: readonly Aligned[]) => out.flatMap((item) => (item.kind === "late" ? item.readings : []));
const tick = (atMs: number): AlignerInput => ({ kind: "tick", index: 999_999, atMs });

describe("closing rows", () => {
  test("a row closes with the last device's frame, at once, and names the frames it was made from", () => {
    const [a, b, c] = ["d0", "d1", "d2"].map((device) => new FrameMaker(device).sample(10 * P));
    const out = inLog([a!, b!, c!], () => 10 * P).map((_frame, i, all) => run(all.slice(0, i + 1)));
    expect(out.map((items) => rowsOf(items).length)).toEqual([0, 0, 1]);
    const row = rowsOf(out[2]!)[0]!;
    expect(row.timeMs).toBe(10 * P);
    expect([...row.values]).toEqual([10_000, 10_000.1, 10_000, 10_000.1, 10_000, 10_000.1]);
    expect(row.entries).toEqual([0, 1, 2]);
  });

  test("devices that sample a little early or late share a row, timed by their median", () => {
    const times = [10 * P - 3, 10 * P + 4, 10 * P + 400];
    const frames = times.map((timeMs, i) => new FrameMaker(`d${i}`).sample(timeMs));
    expect(rowsOf(run(inLog(frames, () => 11 * P))).map((row) => row.timeMs)).toEqual([10 * P + 4]);
  });

  test("a missing device leaves its signals NaN once newer event times pass the lateness limit", () => {
    const makers = [new FrameMaker("d0"), new FrameMaker("d1")];
    const frames = [10, 11, 12, 13, 14].flatMap((slot) => makers.map((maker) => maker.sample(slot * P)));
    const rows = rowsOf(run(inLog(frames, (_, i) => (10 + i / 2) * P)));
    expect(rows.map((row) => row.timeMs)).toEqual([10 * P]);
    expect([...rows[0]!.values].slice(4)).toEqual([Number.NaN, Number.NaN]);
    expect([...rows[0]!.qualities].slice(4)).toEqual([255, 255]);
  });

  test("ticks close rows when everything is silent, and never earlier than the lateness limit", () => {
    const frame = inLog([new FrameMaker("d0").sample(10 * P)], () => 10 * P);
    expect(rowsOf(run([...frame, tick(10 * P + LATENESS)]))).toHaveLength(0);
    expect(rowsOf(run([...frame, tick(10 * P + LATENESS + P)]))).toHaveLength(1);
  });

  test("the flush tick one period after the limit leaves the next period open", () => {
    const maker = new FrameMaker("d0");
    const first = inLog([maker.sample(10 * P)], () => 10 * P);
    const next = inLog([maker.sample(11 * P)], () => 11 * P);
    const out = run([...first, tick(10 * P + LATENESS + P), ...next, tick(11 * P + LATENESS + P)]);
    expect(rowsOf(out).map((row) => row.timeMs)).toEqual([10 * P, 11 * P]);
    expect(lateOf(out)).toEqual([]);
  });

  test("a device out of service is not waited for", () => {
    const frames = ["d0", "d1"].map((device) => new FrameMaker(device).sample(10 * P));
    const revoked: AlignerInput = { kind: "expect", index: 0, atMs: 0, device: "d2", expected: false };
    expect(rowsOf(run([revoked, ...inLog(frames, () => 10 * P)]))).toHaveLength(1);
  });

  test("of several samples in one period the first counts, also when it arrives last, and none is called late", () => {
    const makers = ["d0", "d1", "d2"].map((device) => new FrameMaker(device));
    const early = makers[0]!.sample(10 * P);
    const extra = makers[0]!.sample(10 * P + 200);
    const others = makers.slice(1).map((maker) => maker.sample(10 * P));
    for (const order of [
      [early, extra, ...others],
      [extra, early, ...others],
      [...others, early, extra],
    ]) {
      const out = run(inLog(order, () => 10 * P));
      expect(rowsOf(out).map((row) => row.values[0])).toEqual([10 * P]);
      expect(lateOf(out)).toEqual([]);
    }
  });

  test("a value its sender calls bad is missing, and its quality stays", () => {
    const bad = { quality: qualityNumber("bad") };
    const frames = ["d0", "d1", "d2"].map((device) =>
      new FrameMaker(device).frame(sampleOf(device, 10 * P).map((reading) => ({ ...reading, ...bad }))),
    );
    const [row] = rowsOf(run(inLog(frames, () => 10 * P)));
    expect([...row!.values].every(Number.isNaN)).toBe(true);
    expect([...row!.qualities]).toEqual(Array(6).fill(2));
  });

  test("a site whose rows would stay open without bound is refused", () => {
    const wild = { ...site, latenessMsMax: OPEN_VALUES_MAX * P };
    expect(() => new Aligner(wild)).toThrow(/sample periods/);
  });
});

describe("late readings", () => {
  test("a frame for a closed row is reported in place and changes no row", () => {
    const makers = ["d0", "d1", "d2"].map((device) => new FrameMaker(device));
    const heldBack = makers[2]!.sample(10 * P);
    const frames = [10, 11, 12, 13, 14, 15].flatMap((slot) =>
      makers.slice(0, 2).map((maker) => maker.sample(slot * P)),
    );
    const out = run(inLog([...frames, heldBack], (_, i) => (10 + i / 2) * P));
    expect(rowsOf(out).map((row) => row.timeMs)).toEqual([10 * P, 11 * P]);
    expect(lateOf(out).map(({ signal, timeMs, value, entry }) => [signal, timeMs, value, entry])).toEqual([
      [4, 10 * P, 10 * P, 12],
      [5, 10 * P, 10 * P + 0.1, 12],
    ]);
  });

  test("signals of a period that come in a frame of their own, too late, are late and not one sample too many", () => {
    const makers = ["d0", "d1", "d2"].map((device) => new FrameMaker(device));
    const [one, other] = sampleOf("d2", 10 * P).map((reading) => makers[2]!.frame([reading]));
    const later = [11, 12, 13].flatMap((slot) => makers.slice(0, 2).map((maker) => maker.sample(slot * P)));
    const first = makers.slice(0, 2).map((maker) => maker.sample(10 * P));
    const out = run(inLog([...first, one!, ...later, makers[0]!.sample(14 * P), other!], (frame) => frame.signedAtMs));
    expect(rowsOf(out)[0]!.values[5]).toBeNaN();
    expect(lateOf(out).map((reading) => reading.signal)).toEqual([5]);
  });

  test("a device with a wild clock opens no more rows than the lateness limit allows", () => {
    const wild = Array.from({ length: 10_000 }, (_, i) => ({ signal: "d0s0", timeMs: i * P, value: 1, quality: 0 }));
    const aligner = new Aligner(site);
    const out = run(
      inLog([new FrameMaker("d0").frame(wild)], () => 10_000 * P),
      aligner,
    );
    expect(rowsOf(out).length).toBeGreaterThan(9_990);
    expect(aligner.snapshot().length).toBeLessThan(5_000);
  });
});

describe("events at the door", () => {
  test("a device is silent after two sample periods without a frame, once, and then resumes", () => {
    const makers = ["d0", "d1"].map((device) => new FrameMaker(device));
    const frames = [makers[0]!.sample(10 * P), makers[1]!.sample(10 * P)];
    const later = [11, 12, 13, 14].map((slot) => makers[0]!.sample(slot * P));
    const back = makers[1]!.sample(15 * P);
    const out = run(inLog([...frames, ...later, back], (frame) => frame.signedAtMs));
    expect(eventsOf(out).map((event) => [event.what, event.device, event.timeMs, event.sinceMs])).toEqual([
      ["silence", "d1", 13 * P, 10 * P],
      ["resumed", "d1", 15 * P, 10 * P],
    ]);
  });

  test("ticks alone can tell of silence; a device that never reported is not silent", () => {
    const frame = inLog([new FrameMaker("d0").sample(10 * P)], () => 10 * P);
    const out = run([...frame, tick(12 * P), tick(13 * P), tick(14 * P)]);
    expect(eventsOf(out).map((event) => [event.what, event.device, event.timeMs])).toEqual([["silence", "d0", 13 * P]]);
  });

  test("a frame held back longer than the limit is called suppressed, and backfilled when it comes", () => {
    const maker = new FrameMaker("d0");
    const frames = Array.from({ length: 16 }, (_, i) => maker.sample((10 + i) * P));
    const held = frames.splice(3, 1)[0]!;
    const out = run(inLog([...frames, held], (_, i) => (10 + i) * P));
    expect(
      eventsOf(out)
        .filter((event) => event.what !== "silence")
        .map((event) => [event.what, event.entries]),
    ).toEqual([
      ["suppressed-frames", [3]],
      ["backfilled", [15]],
    ]);
  });

  test("the last frames of a boot cannot be suppressed unseen", () => {
    const maker = new FrameMaker("d0");
    const frames = [maker.sample(10 * P), maker.sample(11 * P)];
    maker.reboot();
    const [first, , ...after] = [...frames, ...Array.from({ length: 14 }, (_, i) => maker.sample((12 + i) * P))];
    const out = run(inLog([first!, ...after], (frame) => frame.signedAtMs));
    expect(eventsOf(out).map((event) => event.what)).toEqual(["suppressed-frames"]);
  });

  test("gaps are bounded: the oldest is reported and given up", () => {
    const maker = new FrameMaker("d0");
    const frames = Array.from({ length: 4 * SEGMENTS_MAX }, (_, i) => maker.sample(10 * P + i));
    const aligner = new Aligner({ ...site, openLinkMsMax: 1e9 });
    const out = run(
      inLog(
        frames.filter((_, i) => i % 2 === 0),
        () => 10 * P,
      ),
      aligner,
    );
    expect(eventsOf(out).filter((event) => event.what === "suppressed-frames")).toHaveLength(SEGMENTS_MAX);
    expect(aligner.snapshot().length).toBeLessThan(SEGMENTS_MAX * 400);
  });

  test("a device that speaks for another's signals is not heard", () => {
    const foreign = { signal: "d1s0", timeMs: 10 * P, value: 7, quality: 0 };
    const frame = new FrameMaker("d0").frame([...sampleOf("d0", 10 * P), foreign]);
    const out = run([...inLog([frame], () => 10 * P), tick(20 * P)]);
    expect(rowsOf(out)[0]!.values[2]).toBeNaN();
    expect(eventsOf(out)[0]).toMatchObject({ what: "foreign-signals", device: "d0", count: 1 });
  });

  test("refusals become events with their count; a fork is named", () => {
    const refusals = (code: string): AlignerInput => ({
      kind: "refusals",
      index: 5,
      atMs: P,
      code,
      source: "d0",
      count: 7,
    });
    expect(eventsOf(run([refusals("FRAME_SIGNATURE"), refusals("FRAME_FORK")]))).toMatchObject([
      { what: "refused", device: "d0", count: 7, code: "FRAME_SIGNATURE", entries: [5] },
      { what: "fork", device: "d0", count: 7, entries: [5] },
    ]);
  });
});

/** What a device sends over some periods: jittered, split over frames, batched, with gaps and reboots. */
const deviceFrames = (device: string) =>
  fc
    .array(
      fc.record({
        jitterMs: fc.integer({ min: -400, max: 400 }),
        shape: fc.constantFrom("whole", "whole", "split", "absent", "twice", "with-next", "reboot"),
      }),
      { minLength: 4, maxLength: 14 },
    )
    .map((periods) => {
      const maker = new FrameMaker(device);
      const frames: FrameInput[] = [];
      let held: Reading[] = [];
      periods.forEach(({ jitterMs, shape }, i) => {
        const readings = sampleOf(device, (100 + i) * P + jitterMs);
        if (shape === "absent") {
          if (held.length > 0) frames.push(maker.frame(held));
          held = [];
          return;
        }
        if (shape === "reboot") maker.reboot();
        if (shape === "with-next" && held.length === 0) {
          held = readings;
          return;
        }
        if (shape === "split") frames.push(...[...held, ...readings].map((reading) => maker.frame([reading])));
        else frames.push(maker.frame([...held, ...readings]));
        if (shape === "twice") frames.push(maker.frame(sampleOf(device, (100 + i) * P + jitterMs + 50)));
        held = [];
      });
      return frames;
    });

const plantFrames = fc.tuple(...site.devices.map((device) => deviceFrames(device.id))).map((each) => each.flat());

const oldestMs = (frame: FrameInput) => Math.min(...(frame.readings?.timesMs ?? []));
const newestMs = (frame: FrameInput) => Math.max(...(frame.readings?.timesMs ?? []));

/** An order of arrival that respects the lateness limit. */
function delayed(frames: readonly FrameInput[], delays: readonly number[]): FrameInput[] {
  const arrivals = frames.map((frame, i) => {
    const latestMs = Math.max(newestMs(frame), oldestMs(frame) + LATENESS - 1);
    return { frame, atMs: newestMs(frame) + (delays[i % delays.length] ?? 0) * (latestMs - newestMs(frame)) };
  });
  arrivals.sort((a, b) => a.atMs - b.atMs);
  return arrivals.map(({ frame, atMs }, index) => ({ ...frame, index, atMs }));
}

const END = tick(200 * P);
/** The rows as bytes, with the frames they were made from by name. */
const bytesOf = (inputs: readonly FrameInput[], out: readonly Aligned[]) =>
  rowsOf(out).map((row) => ({
    timeMs: row.timeMs,
    values: Buffer.from(row.values.buffer).toString("hex"),
    qualities: Buffer.from(row.qualities).toString("hex"),
    frames: row.entries.map((entry) => inputs[entry]?.digest).sort(),
  }));

describe("whatever the order of arrival within the lateness limit", () => {
  const delays = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });

  test("the rows are the same, byte by byte, and nothing is late", () => {
    fc.assert(
      fc.property(plantFrames, delays, (frames, delay) => {
        const inOrder = delayed(frames, [0]);
        const shuffled = delayed(frames, delay);
        const expected = run([...inOrder, END]);
        const actual = run([...shuffled, END]);
        expect(lateOf(actual)).toEqual([]);
        expect(bytesOf(shuffled, actual)).toEqual(bytesOf(inOrder, expected));
      }),
      { numRuns: 600 },
    );
  });

  test("every reading that is the first of its period is in exactly one row", () => {
    fc.assert(
      fc.property(plantFrames, delays, (frames, delay) => {
        const rows = rowsOf(run([...delayed(frames, delay), END]));
        const slots = new Set(
          frames.flatMap((frame) => [...(frame.readings?.timesMs ?? [])].map((t) => Math.round(t / P))),
        );
        expect(rows.length).toBe(slots.size);
        expect(rows.every((row, i) => i === 0 || row.timeMs > (rows[i - 1]?.timeMs ?? 0))).toBe(true);
      }),
    );
  });

  test("stopping and restoring at any entry changes nothing, and a restored snapshot is the same bytes", () => {
    fc.assert(
      fc.property(plantFrames, delays, fc.nat(), (frames, delay, stop) => {
        const inputs: AlignerInput[] = [...delayed(frames, delay), END];
        const at = stop % inputs.length;
        const first = new Aligner(site);
        const head = run(inputs.slice(0, at), first);
        const second = new Aligner(site);
        second.restore(first.snapshot());
        expect(second.snapshot()).toEqual(first.snapshot());
        expect([...head, ...run(inputs.slice(at), second)]).toEqual(run(inputs));
      }),
    );
  });
});
