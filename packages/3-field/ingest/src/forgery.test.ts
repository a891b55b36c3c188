/** The smoke size of the trial's T13: forgeries, replays and downgrades, each under its code, none accepted. */
import { type Signer, signerFromSeed } from "@twinward/frame";
import { seededChance } from "@twinward/kernel";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closeWorlds, codeOf, openWorld, START_MS, TestDevice, type World } from "./door.fixture.ts";

const TRIES = 1000;
const chance = seededChance(20260105);
const pick = (length: number) => Math.floor(chance.uniform() * length);

let world: World;
let recorded: Uint8Array[];
beforeEach(async () => {
  world = await openWorld();
  recorded = Array.from({ length: 20 }, (_, i) => world.plc1.next(world.plc1.readings(START_MS - 20_000 + i)));
  for (const bytes of recorded) await world.accept(bytes);
});
afterEach(closeWorlds);

/** A device that claims to be plc1 with whatever key. */
function impostor(signer: Signer): TestDevice {
  const device = new TestDevice("plc1", 1);
  device.boot = 9;
  return Object.assign(device, { signer });
}

type Attack = readonly [expected: readonly string[], make: () => Uint8Array];

const ATTACKS: Readonly<Record<string, Attack>> = {
  "exact replay": [["duplicate"], () => recorded[pick(recorded.length)]!],
  "one bit flipped in the payload or signature": [
    ["FRAME_SIGNATURE_INVALID"],
    () => {
      const bytes = Uint8Array.from(recorded[pick(recorded.length)]!);
      // The two bytes between payload and signature say its length: another test's business.
      const fromEnd = pick(2) === 0 ? pick(64) : 66 + pick(24);
      bytes[bytes.length - 1 - fromEnd]! ^= 1 << pick(7);
      return bytes;
    },
  ],
  "own key under the stolen key id": [
    ["FRAME_SIGNATURE_INVALID"],
    () => {
      const thief = impostor(signerFromSeed(chance.bytes(32)));
      return thief.next(undefined, { kid: world.plc1.signer.publicKey.kid });
    },
  ],
  "own key, honestly named": [["KEY_UNKNOWN"], () => impostor(signerFromSeed(chance.bytes(32))).next()],
  "another device's key": [["ISSUER_WRONG"], () => impostor(world.plc2.signer).next()],
  "sequence used again": [
    ["FRAME_FORK"],
    () => {
      const clone = new TestDevice("plc1", 1);
      clone.sequence = pick(recorded.length);
      return clone.next(clone.readings(START_MS, 9));
    },
  ],
  "frame of another site": [["AUDIENCE_WRONG"], () => world.plc1.frame(world.plc1.readings(START_MS), { site: "x" })],
  "signature of another frame": [
    ["FRAME_SIGNATURE_INVALID"],
    () => {
      const [from, to] = [pick(10), 10 + pick(10)];
      const bytes = Uint8Array.from(recorded[from]!);
      bytes.set(recorded[to]!.subarray(-64), bytes.length - 64);
      return bytes;
    },
  ],
  "empty signature": [["FRAME_SIGNATURE_INVALID"], () => Uint8Array.from(recorded[0]!).fill(0, -64)],
  "cut short": [
    ["CBOR_TRUNCATED", "FRAME_NOT_SIGN1", "CBOR_INVALID"],
    () => recorded[0]!.subarray(0, pick(recorded[0]!.length)),
  ],
  "bytes behind the end": [["CBOR_TRAILING_BYTES"], () => Uint8Array.from([...recorded[0]!, pick(256)])],
  "another algorithm for the key": [
    ["FRAME_KEY_MISMATCH", "FRAME_SIGNATURE_INVALID", "FRAME_ALGORITHM"],
    () => downgraded(recorded[0]!),
  ],
};

/** The protected header's algorithm (label 1, -8) becomes -7: ES256 with an Ed25519 key. */
function downgraded(frame: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(frame);
  const at = Buffer.from(bytes).indexOf(Buffer.from([0x01, 0x27]));
  bytes[at + 1] = 0x26;
  return bytes;
}

test(`of ${TRIES} forgeries, replays and downgrades none is accepted and each is counted under its code`, async () => {
  const kinds = Object.keys(ATTACKS);
  const before = world.log.size();
  const counted: Record<string, number> = {};
  for (let i = 0; i < TRIES; i++) {
    const kind = kinds[i % kinds.length]!;
    const [expected, make] = ATTACKS[kind]!;
    const code = codeOf(await world.accept(make()));
    expect(expected, kind).toContain(code);
    counted[code] = (counted[code] ?? 0) + 1;
  }
  expect(world.log.size()).toBe(before);
  const { duplicates, refused } = world.door.health();
  expect({ ...refused, duplicate: duplicates }).toEqual(counted);
});

test("whatever bytes arrive, the answer is a refusal or the original proof, never an exception", async () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(fc.nat({ max: recorded.length - 1 }), fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }))
      .map(([which, edits]) => {
        const bytes = Uint8Array.from(recorded[which]!);
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        return bytes;
      }),
  );
  const before = world.log.size();
  await fc.assert(
    fc.asyncProperty(anything, async (bytes) => {
      expect(codeOf(await world.accept(bytes))).not.toBe("accepted");
    }),
    { numRuns: 5000 },
  );
  expect(world.log.size()).toBe(before);
});

test("the same goes for a door that has been restarted, and for the keys of a revoked device", async () => {
  await world.restart();
  for (const bytes of recorded) expect(codeOf(await world.accept(bytes))).toBe("duplicate");
  world.registry.set("plc1", "revoked");
  for (const bytes of recorded) expect(codeOf(await world.accept(bytes))).toBe("DEVICE_REVOKED");
});
