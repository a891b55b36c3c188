import { ZERO_DIGEST } from "@twinward/frame";
import { isRefusal, toHex } from "@twinward/kernel";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeWorlds, codeOf, digestOf, openWorld, START_MS, TestDevice, type World } from "./door.fixture.ts";
import type { DoorFinding } from "./ingest.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(closeWorlds);

const accept = (bytes: Uint8Array) => world.accept(bytes).then(codeOf);
const openLinks = () => world.door.health().devices[0]?.openLinks;
const stored = () =>
  world.log
    .entries(0, 100_000, ["frame"])
    .map(({ frame }) => `${frame?.boot}:${frame?.sequence}:${toHex(frame!.digest)}`);
const nameOf = (bytes: Uint8Array, boot: number, sequence: number) => `${boot}:${sequence}:${toHex(digestOf(bytes))}`;

/** Frames of an honest device over several boots; each knows its place. */
function honestChain(boots: readonly number[]): { bytes: Uint8Array; name: string }[] {
  const device = new TestDevice("plc1", 1);
  return boots.flatMap((length, i) => {
    if (i > 0) device.restart();
    return Array.from({ length }, () => {
      const { boot, sequence } = device;
      const bytes = device.next(device.readings(START_MS - 1000 + sequence));
      return { bytes, name: nameOf(bytes, boot, sequence) };
    });
  });
}

describe("a chain", () => {
  test("in order has no open link, over boots too", async () => {
    for (const { bytes } of honestChain([3, 1, 2])) {
      expect(await accept(bytes)).toBe("accepted");
      expect(openLinks()).toBe(0);
    }
  });

  test("with a gap is accepted at once, its link open until backfill closes it", async () => {
    const [one, two, three] = honestChain([3]);
    expect(await accept(one!.bytes)).toBe("accepted");
    expect(await accept(three!.bytes)).toBe("accepted");
    expect(openLinks()).toBe(1);
    expect(await accept(two!.bytes)).toBe("accepted");
    expect(openLinks()).toBe(0);
  });

  test("repeated is answered with the original proof and writes nothing, on its way or stored", async () => {
    const [one] = honestChain([1]);
    const both = await Promise.all([world.accept(one!.bytes), world.accept(one!.bytes)]);
    expect(both.map(codeOf)).toEqual(["accepted", "duplicate"]);
    const again = await world.accept(one!.bytes);
    const proofs = [...both, again].map((answer) => (isRefusal(answer) ? answer.code : answer.proof()));
    expect(new Set(proofs).size).toBe(1);
    expect(stored()).toEqual([one!.name]);
  });

  test("whose device forgot its past keeps the link open, and is no fork", async () => {
    for (const { bytes } of honestChain([2])) await accept(bytes);
    const reborn = new TestDevice("plc1", 1);
    reborn.boot = 5;
    expect(reborn.previous).toEqual(ZERO_DIGEST);
    expect(await accept(reborn.next())).toBe("accepted");
    expect(openLinks()).toBe(1);
  });

  test("of another device is never a predecessor", async () => {
    const foreign = world.gateway.sign(new Uint8Array(), {});
    const { plc1 } = world;
    plc1.previous = digestOf(world.plc2.frame(world.plc2.readings(START_MS)));
    expect(foreign.length).toBeGreaterThan(0);
    expect(await accept(plc1.next())).toBe("accepted");
    expect(openLinks()).toBe(1);
  });

  test("jumped ahead by a thief does not shut the honest device out", async () => {
    const honest = honestChain([3]);
    const thief = new TestDevice("plc1", 1);
    thief.boot = Number.MAX_SAFE_INTEGER;
    thief.sequence = Number.MAX_SAFE_INTEGER;
    expect(await accept(thief.next())).toBe("accepted");
    for (const { bytes } of honest) expect(await accept(bytes)).toBe("accepted");
  });
});

describe("a fork is", () => {
  test("another frame in the same place", async () => {
    const [one] = honestChain([1]);
    const rival = new TestDevice("plc1", 1);
    await accept(one!.bytes);
    expect(await accept(rival.next(rival.readings(START_MS, 9)))).toBe("FRAME_FORK");
  });

  test("a frame that does not follow the stored one before it", async () => {
    const [one, two] = honestChain([2]);
    const rival = new TestDevice("plc1", 1);
    rival.next(rival.readings(START_MS, 9));
    const second = rival.next();
    await accept(one!.bytes);
    expect(await accept(second)).toBe("FRAME_FORK");
    expect(await accept(two!.bytes)).toBe("accepted");
  });

  test("a backfilled frame that the stored one after it does not follow", async () => {
    const [one, two] = honestChain([2]);
    const rival = new TestDevice("plc1", 1);
    await accept(two!.bytes);
    expect(await accept(rival.next(rival.readings(START_MS, 9)))).toBe("FRAME_FORK");
    expect(await accept(one!.bytes)).toBe("accepted");
    expect(openLinks()).toBe(0);
  });

  test("seen while the first is still on its way to the disk", async () => {
    const [one] = honestChain([1]);
    const rival = new TestDevice("plc1", 1);
    const answers = [world.accept(one!.bytes), world.accept(rival.next(rival.readings(START_MS, 9)))];
    expect((await Promise.all(answers)).map(codeOf)).toEqual(["accepted", "FRAME_FORK"]);
    expect(world.disk.quarantined).toEqual([{ source: "device:plc1", code: "FRAME_FORK" }]);
  });
});

describe("whatever the order of arrival", () => {
  const plan = fc.record({
    boots: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
    seed: fc.infiniteStream(fc.nat()),
    together: fc.boolean(),
    restartAfter: fc.nat({ max: 20 }),
    kill: fc.boolean(),
  });

  test("an honest chain, with repetitions and a restart, ends as the same set of entries and accuses nobody", async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ boots, seed, together, restartAfter, kill }) => {
        world = await openWorld();
        const found: DoorFinding[] = [];
        world.door.onFinding((finding) => found.push(finding));
        const frames = honestChain(boots);
        const sent = [...frames, ...frames].sort(() => ((seed.next().value as number) % 2 === 0 ? 1 : -1));
        const answers: Promise<string>[] = [];
        for (const [i, { bytes }] of sent.entries()) {
          if (i === restartAfter) {
            await Promise.all(answers);
            await world.restart(!kill);
          }
          answers.push(accept(bytes));
          if (!together) await answers.at(-1);
        }
        const codes = await Promise.all(answers);
        expect(codes.filter((code) => code === "accepted")).toHaveLength(frames.length);
        expect(codes.filter((code) => code === "duplicate")).toHaveLength(frames.length);
        expect(stored().sort()).toEqual(frames.map(({ name }) => name).sort());
        expect(openLinks()).toBe(0);
        expect(found).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test("of two contradicting histories no two frames ever share a place or break a link", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.infiniteStream(fc.nat()), async (length, seed) => {
        world = await openWorld();
        const honest = honestChain([length, length]).map(({ bytes }) => bytes);
        const rival = new TestDevice("plc1", 1);
        const other = Array.from({ length }, () => rival.next(rival.readings(START_MS, 9)));
        const sent = [...honest, ...other].sort(() => ((seed.next().value as number) % 2 === 0 ? 1 : -1));
        await Promise.all(sent.map(accept));
        const frames = world.log.entries(0, 1000, ["frame"]).map(({ frame }) => frame!);
        const places = new Map(frames.map((frame) => [`${frame.boot}:${frame.sequence}`, frame]));
        expect(places.size).toBe(frames.length);
        for (const frame of frames) {
          const before = places.get(`${frame.boot}:${frame.sequence - 1}`);
          if (before !== undefined) expect(toHex(frame.previous)).toBe(toHex(before.digest));
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe("after a restart", () => {
  test.each([true, false])(
    "the chain goes on, duplicates and forks are still seen (stopped in order: %s)",
    async (stop) => {
      const [one, two, three, four] = honestChain([4]);
      await accept(one!.bytes);
      await accept(three!.bytes);
      await world.restart(stop);
      expect(openLinks()).toBe(1);
      expect(await accept(one!.bytes)).toBe("duplicate");
      const rival = new TestDevice("plc1", 1);
      expect(await accept(rival.next(rival.readings(START_MS, 9)))).toBe("FRAME_FORK");
      expect(await accept(four!.bytes)).toBe("accepted");
      expect(await accept(two!.bytes)).toBe("accepted");
      expect(openLinks()).toBe(0);
      await world.restart(stop);
      expect(openLinks()).toBe(0);
    },
  );
});
