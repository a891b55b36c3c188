/** What the door does around the checks: counting, back-pressure, a full disk, silence, findings. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeWorlds, codeOf, openWorld, START_MS, TestDevice, type World } from "./door.fixture.ts";
import type { DoorFinding } from "./ingest.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(closeWorlds);

const accept = (bytes: Uint8Array) => world.accept(bytes).then(codeOf);

describe("refusals in the log", () => {
  const rows = () => world.log.entries(0, 100_000, ["refusals"]).map(({ facts }) => facts);

  test("say who: the device when proven, the claimed one, or the address", async () => {
    const forged = world.plc1.frame(world.plc1.readings(START_MS));
    forged[forged.length - 1]! ^= 1;
    await accept(forged);
    await accept(world.plc1.next(world.plc1.readings(START_MS, 2e15)));
    await accept(new Uint8Array(3));
    await world.door.stop();
    expect(rows().map((row) => [row.code, row.origin, row.source, row.count])).toEqual([
      ["FRAME_SIGNATURE_INVALID", "claimed", "plc1", 1],
      ["READING_ABSURD", "device", "plc1", 1],
      ["FRAME_NOT_SIGN1", "outside", "10.0.0.7", 1],
    ]);
  });

  test("a flood of nonsense grows the log by a handful of entries and no memory", async () => {
    const before = world.log.size();
    for (let i = 0; i < 20_000; i++) {
      const bytes = new Uint8Array([i & 255, (i >> 8) & 255, 7]);
      await world.door.accept(bytes, { source: `10.${i & 255}.${i >> 8}.1` });
    }
    await world.door.stop();
    expect(world.log.size() - before).toBeLessThan(100);
    expect(rows().reduce((sum, row) => sum + Number(row.count), 0)).toBe(20_000);
    expect(world.door.health().framesInFlight).toBe(0);
  });
});

describe("back-pressure", () => {
  test("tells callers to wait, holds no more than the limit, and loses nothing", async () => {
    const narrow = await openWorld({ inFlightFramesMax: 8 });
    let most = 0;
    const answers: Promise<string>[] = [];
    for (let i = 0; i < 100; i++) {
      await narrow.door.ready();
      answers.push(narrow.accept(narrow.plc1.next()).then(codeOf));
      most = Math.max(most, narrow.door.health().framesInFlight);
    }
    expect(new Set(await Promise.all(answers))).toEqual(new Set(["accepted"]));
    expect(most).toBe(8);
    expect(narrow.door.health().framesInFlight).toBe(0);
  });

  test("counts bytes too", async () => {
    const bytes = world.plc1.next();
    const narrow = await openWorld({ inFlightBytesMax: bytes.length + 10 });
    const first = narrow.accept(bytes);
    expect(codeOf(await narrow.accept(narrow.plc1.next()))).toBe("DOOR_BUSY");
    await first;
  });
});

describe("when the disk is full", () => {
  test("the sender is told, nothing is remembered, and the same frame is taken when there is room", async () => {
    const [one, two] = [world.plc1.next(), world.plc1.next()];
    world.disk.full = true;
    const both = [world.accept(one), world.accept(two)];
    for (const answer of both) await expect(answer).rejects.toMatchObject({ code: "DISK_FULL" });
    world.disk.full = false;
    expect(world.door.health()).toMatchObject({ framesInFlight: 0, accepted: 0 });
    expect(await accept(one)).toBe("accepted");
    expect(await accept(two)).toBe("accepted");
    expect(world.door.health().devices[0]?.openLinks).toBe(0);
  });
});

describe("silence", () => {
  const ticks = () => world.log.entries(0, 1000, ["tick"]).length;

  test("of one sample period is a tick, one per period", async () => {
    await accept(world.plc1.next());
    world.clock.set(START_MS + 59_999);
    await world.door.beat();
    expect(ticks()).toBe(0);
    world.clock.set(START_MS + 60_000);
    await Promise.all([world.door.beat(), world.door.beat()]);
    expect(ticks()).toBe(1);
    world.clock.set(START_MS + 119_999);
    await world.door.beat();
    expect(ticks()).toBe(1);
    world.clock.set(START_MS + 120_000);
    await world.door.beat();
    expect(ticks()).toBe(2);
  });

  test("is seen again one period after a clock stepped back", async () => {
    await accept(world.plc1.next());
    world.clock.set(START_MS - 86_400_000);
    await world.door.beat();
    expect(ticks()).toBe(0);
    world.clock.set(START_MS - 86_400_000 + 60_000);
    await world.door.beat();
    expect(ticks()).toBe(1);
  });

  test("is broken by a frame, not by a refused or repeated one", async () => {
    const bytes = world.plc1.next();
    await accept(bytes);
    world.clock.set(START_MS + 50_000);
    await accept(bytes);
    await accept(new Uint8Array(2));
    world.clock.set(START_MS + 60_000);
    await world.door.beat();
    expect(ticks()).toBe(1);
    await accept(world.plc1.next());
    world.clock.set(START_MS + 119_000);
    await world.door.beat();
    expect(ticks()).toBe(1);
  });
});

describe("findings", () => {
  test("a fork, a jumping clock and frames that never came are told", async () => {
    const found: DoorFinding[] = [];
    world.door.onFinding((finding) => found.push(finding));
    const rival = new TestDevice("plc1", 1);
    await accept(world.plc1.next());
    expect(await accept(rival.next(rival.readings(START_MS, 9)))).toBe("FRAME_FORK");
    world.plc1.next();
    await accept(world.plc1.next());
    world.clock.set(START_MS + 300_001);
    await world.door.beat();
    await world.door.beat();
    expect(found.map(({ kind, device }) => [kind, device])).toEqual([
      ["fork", "plc1"],
      ["suppressed-frames", "plc1"],
    ]);
  });

  test("an hour of a steady clock, then a jump of ten minutes, is told once", async () => {
    const found: DoorFinding[] = [];
    world.door.onFinding((finding) => found.push(finding));
    for (let minute = 0; minute < 80; minute++) {
      const nowMs = START_MS + minute * 60_000;
      world.clock.set(nowMs);
      const shiftMs = minute < 60 ? 1500 : 601_500;
      await accept(world.plc1.next(world.plc1.readings(nowMs - 5000), { issuedAtMs: nowMs - shiftMs }));
      if (minute === 59) expect(world.door.health().devices[0]?.clockOffsetMs).toBe(1500);
    }
    expect(found.map(({ kind }) => kind)).toEqual(["clock-jump"]);
    expect(world.door.health().devices[0]?.clockOffsetMs).toBe(601_500);
  });
});
