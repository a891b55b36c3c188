import { signerFromSeed } from "@twinward/frame";
import { isRefusal, seededChance } from "@twinward/kernel";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openWorld, type World } from "./access.fixture.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const keyOf = (seed: number) => signerFromSeed(seededChance(seed).bytes(32)).publicKey;
const registration = (device: string, seed: number) => ({
  device,
  key: keyOf(seed),
  signedAt: "device" as const,
  by: "test",
});

test("a revocation works before its entry is on the disk, and stays after a restart", async () => {
  const { registry } = world.access;
  await registry.register(registration("plc1", 1));
  const held = registry.byKid(keyOf(1).kid);
  const stopped: string[] = [];
  registry.onStopped(({ device, status }) => stopped.push(`${device} ${status}`));
  const revoking = registry.revoke("plc1", "stolen", "test");
  expect(held?.status).toBe("revoked");
  expect(stopped).toEqual(["plc1 revoked"]);
  await revoking;
  await world.restart();
  expect(world.access.registry.byKid(keyOf(1).kid)?.status).toBe("revoked");
  expect(isRefusal(await world.access.registry.revoke("plc1", "again", "test"))).toBe(true);
});

test("a revocation that overtakes a registration covers its key", async () => {
  const { registry } = world.access;
  await registry.register(registration("plc1", 1));
  const registering = registry.register(registration("plc1", 2));
  await registry.revoke("plc1", "stolen", "test");
  await registering;
  expect(registry.byKid(keyOf(2).kid)?.status).toBe("revoked");
  await world.restart();
  expect(world.access.registry.byKid(keyOf(2).kid)?.status).toBe("revoked");
});

test("a key is not active before its entry is durable, and never serves twice", async () => {
  const { registry } = world.access;
  const registering = registry.register(registration("plc1", 1));
  expect(registry.byKid(keyOf(1).kid)?.status).not.toBe("active");
  expect(await registry.register(registration("plc2", 1))).toMatchObject({ code: "KEY_IN_USE" });
  await registering;
  expect(registry.byKid(keyOf(1).kid)?.status).toBe("active");
  expect(await registry.register(registration("plc1", 1))).toMatchObject({ code: "KEY_IN_USE" });
});

test("an unknown or shortened key id finds nothing", async () => {
  await world.access.registry.register(registration("plc1", 1));
  const { kid } = keyOf(1);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (other) => {
      fc.pre(Buffer.compare(other, kid) !== 0);
      expect(world.access.registry.byKid(other)).toBeUndefined();
    }),
  );
  expect(world.access.registry.byKid(kid.subarray(0, 15))).toBeUndefined();
});

test("whatever is registered and revoked in whatever order, a restart says the same", async () => {
  const acts = fc.array(fc.tuple(fc.constantFrom("plc1", "plc2"), fc.boolean()), { maxLength: 12 });
  let seed = 100;
  await fc.assert(
    fc.asyncProperty(acts, async (list) => {
      for (const [device, revoke] of list) {
        if (revoke) await world.access.registry.revoke(device, "", "test");
        else await world.access.registry.register(registration(device, seed++));
      }
      const before = world.access.registry.list().map(({ device, status, key }) => [device, status, [...key.kid]]);
      await world.restart();
      const after = world.access.registry.list().map(({ device, status, key }) => [device, status, [...key.kid]]);
      expect(after).toEqual(before);
    }),
    { numRuns: 8 },
  );
});
