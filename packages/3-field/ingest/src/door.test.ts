import { decodePayload, FRAME_REFUSALS, parseFrame } from "@twinward/frame";
import { isRefusal, readingsOf } from "@twinward/kernel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeWorlds, codeOf, digestOf, openWorld, START_MS, TestDevice, VIA, type World } from "./door.fixture.ts";
import type { Accepted, AcceptedFrame } from "./ingest.ts";
import type { INGEST_REFUSALS } from "./refusals.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(closeWorlds);

const accept = (bytes: Uint8Array) => world.accept(bytes).then(codeOf);
const frames = () => world.log.entries(0, 100_000, ["frame"]);

describe("an honest frame", () => {
  test.each([false, true])("is in the log before it is answered with a proof (SenML: %s)", async (senml) => {
    const bytes = world.plc1.frame(world.plc1.readings(START_MS), {}, senml);
    const answer = (await world.accept(bytes)) as Accepted;
    const entry = world.log.entry(answer.index);
    expect(answer.proof()).toContain("c2sp.org/tlog-proof@v1");
    expect(entry?.facts).toMatchObject({
      device: "plc1",
      iss: "plc1",
      boot: 1,
      seq: 0,
      signedAt: "device",
      iat: START_MS,
      from: START_MS,
      to: START_MS,
      bytes: bytes.length,
      readings: 2,
    });
    expect(Buffer.from(entry?.facts.digest as Uint8Array)).toEqual(Buffer.from(digestOf(bytes)));
    expect(Buffer.from(world.log.body(answer.index) as Uint8Array)).toEqual(Buffer.from(bytes));
  });

  test("is told to listeners with the very block that was decoded", async () => {
    const heard: AcceptedFrame[] = [];
    world.door.onAccepted((frame) => heard.push(frame));
    await accept(world.plc1.next());
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ device: "plc1", arrivedMs: START_MS });
    expect(readingsOf(heard[0]!.block)).toEqual(world.plc1.readings(START_MS));
  });

  test("may hold an impossible value: that is for the judge", async () => {
    expect(await accept(world.plc1.next(world.plc1.readings(START_MS, -4000)))).toBe("accepted");
  });

  test("may be as old as it likes", async () => {
    expect(await accept(world.plc1.next(world.plc1.readings(START_MS - 3 * 365 * 86_400_000)))).toBe("accepted");
  });

  test("of a meter behind its gateway says who signed", async () => {
    const { meter, gateway } = world;
    const payload = meter.frame(meter.readings(START_MS));
    expect(await accept(payload)).toBe("KEY_UNKNOWN");
    const parsed = parseFrame(payload);
    if (isRefusal(parsed)) throw new Error(parsed.code);
    const signed = gateway.sign(parsed.payload, { device: "meter", signalTable: meter.table.digest });
    expect(await accept(signed)).toBe("accepted");
    expect(frames()[0]?.facts).toMatchObject({ device: "meter", iss: "gateway" });
  });
});

/** Every code of this room, with a way to be refused by it. */
const EXAMPLES: Readonly<Record<keyof typeof INGEST_REFUSALS, (w: World) => Promise<string> | string>> = {
  DOOR_BUSY: async () => {
    const narrow = await openWorld({ inFlightFramesMax: 1 });
    const first = narrow.accept(narrow.plc1.next());
    const second = await narrow.accept(narrow.plc1.next()).then(codeOf);
    await first;
    return second;
  },
  DOOR_CLOSED: async (w) => {
    await w.door.stop();
    return accept(w.plc1.next());
  },
  KEY_UNKNOWN: () => accept(new TestDevice("plc1", 99).next()),
  KEY_RETIRED: (w) => {
    w.registry.set("plc1", "retired");
    return accept(w.plc1.next());
  },
  DEVICE_REVOKED: (w) => {
    w.registry.set("plc1", "revoked");
    return accept(w.plc1.next());
  },
  AUDIENCE_WRONG: (w) => accept(w.plc1.next(undefined, { site: "d-town" })),
  ISSUER_WRONG: (w) => accept(w.plc1.next(undefined, { issuer: "plc2", device: "plc2" })),
  DEVICE_FOREIGN: (w) => accept(w.plc1.next(undefined, { device: "plc2" })),
  SIGNAL_TABLE_UNKNOWN: (w) => accept(w.plc1.next(undefined, { signalTable: new Uint8Array(32).fill(1) })),
  SIGNAL_TABLE_FOREIGN: (w) => accept(w.plc1.next(undefined, { signalTable: w.plc2.table.digest })),
  SIGNAL_FOREIGN: async (w) => {
    const { encodeSignalTable } = await import("@twinward/frame");
    const old = encodeSignalTable("plc1", [["L_T1", "Pa"]]);
    await w.log.appendAll({
      drafts: [{ kind: "signal-table", facts: { device: "plc1", digest: old.digest }, body: old.bytes }],
    });
    await w.restart();
    const readings = w.plc1.readings(START_MS).slice(0, 1);
    return accept(w.plc1.next(readings, { signalTable: old.digest }));
  },
  CLASSIFICATION_MIXED: (w) => accept(w.plc2.next()),
  FRAME_FORK: async (w) => {
    const rival = w.plc1.frame(w.plc1.readings(START_MS, 9));
    await accept(w.plc1.next());
    return accept(rival);
  },
  EVENT_TIME_AHEAD: (w) => accept(w.plc1.next(w.plc1.readings(START_MS + 60_001))),
  READING_ABSURD: (w) => accept(w.plc1.next(w.plc1.readings(START_MS, 1.1e15))),
  RATE_EXCEEDED: async () => {
    const slow = await openWorld({ framesPerSecondMax: 1, framesBurstMax: 2 });
    await slow.accept(slow.plc1.next());
    await slow.accept(slow.plc1.next());
    return codeOf(await slow.accept(slow.plc1.next()));
  },
};

describe("refused, with a code and without a trace in the device's state:", () => {
  test.each(Object.entries(EXAMPLES))("%s", async (code, provoke) => {
    expect(await provoke(world)).toBe(code);
  });

  test.each(Object.keys(EXAMPLES).filter((code) => !["DOOR_CLOSED", "KEY_RETIRED", "DEVICE_REVOKED"].includes(code)))(
    "after %s the honest device goes on",
    async (code) => {
      await EXAMPLES[code as keyof typeof EXAMPLES](world);
      const other = new TestDevice("plc1", 1);
      other.boot = 7;
      const bytes = other.next();
      expect(await accept(bytes)).toBe("accepted");
      expect(await accept(bytes)).toBe("duplicate");
    },
  );

  test("the codes of the frame package come through, each counted", async () => {
    const good = world.plc1.next();
    const wrong = [new Uint8Array(0), new Uint8Array([0xd2]), good.subarray(1), good.subarray(0, -1)];
    wrong.push(Uint8Array.from([...good, 0]), new Uint8Array(1_048_577));
    for (const bytes of wrong) expect(Object.keys(FRAME_REFUSALS)).toContain(await accept(bytes));
    const refused = Object.values(world.door.health().refused).reduce((sum, count) => sum + count, 0);
    expect(refused).toBe(wrong.length);
  });

  test("a wrong signature is seen before anything is decoded, and goes to quarantine", async () => {
    const bytes = world.plc1.next();
    bytes[bytes.length - 1]! ^= 1;
    expect(await accept(bytes)).toBe("FRAME_SIGNATURE_INVALID");
    const nonsense = world.plc1.sign(new Uint8Array(50).fill(0xff), {});
    nonsense[nonsense.length - 1]! ^= 1;
    expect(await accept(nonsense)).toBe("FRAME_SIGNATURE_INVALID");
    expect(world.disk.quarantined).toEqual([
      { source: "claimed:plc1", code: "FRAME_SIGNATURE_INVALID" },
      { source: "claimed:plc1", code: "FRAME_SIGNATURE_INVALID" },
    ]);
  });

  test("what is unknown or meant for another site never reaches quarantine", async () => {
    for (const code of ["KEY_UNKNOWN", "AUDIENCE_WRONG", "ISSUER_WRONG", "DEVICE_FOREIGN", "DEVICE_REVOKED"] as const) {
      await EXAMPLES[code](world);
    }
    expect(world.disk.quarantined).toEqual([]);
  });

  test("frames written for another profile or with hostile columns", async () => {
    expect(await accept(world.plc1.sign(new Uint8Array([0xa0]), {}))).toBe("COLUMNS_FIELD");
    expect(await accept(world.plc1.sign(new Uint8Array([0x80]), { contentType: "application/senml+cbor" }))).toBe(
      "READINGS_COUNT",
    );
  });
});

describe("hostile names", () => {
  const NAMES = [
    "#",
    "+",
    "/",
    "plc1/",
    "../plc1",
    "plc1/../plc2",
    "%2e",
    "%70lc1",
    "plc1\0",
    "PLC1",
    "рlc1",
    "plc1 ",
    "",
  ];

  test("are nobody's issuer, device or site", async () => {
    for (const name of NAMES) {
      const codes = [
        await accept(world.plc1.frame(world.plc1.readings(START_MS), { issuer: name, device: name })),
        await accept(world.plc1.frame(world.plc1.readings(START_MS), { device: name })),
        await accept(world.plc1.frame(world.plc1.readings(START_MS), { site: name })),
      ];
      for (const code of codes) {
        expect(["ISSUER_WRONG", "DEVICE_FOREIGN", "AUDIENCE_WRONG", "FRAME_HEADER_INVALID"], name).toContain(code);
      }
    }
    expect(frames()).toEqual([]);
  });
});

describe("revocation", () => {
  test("takes effect at once, in the middle of a stream", async () => {
    expect(await accept(world.plc1.next())).toBe("accepted");
    world.registry.set("plc1", "revoked");
    expect(await accept(world.plc1.next())).toBe("DEVICE_REVOKED");
    expect(frames()).toHaveLength(1);
  });

  test("of a meter also stops its gateway from speaking for it", async () => {
    world.registry.add(world.meter);
    const parsed = parseFrame(world.meter.frame(world.meter.readings(START_MS)));
    if (isRefusal(parsed)) throw new Error(parsed.code);
    world.registry.set("meter", "revoked");
    const signed = world.gateway.sign(parsed.payload, { device: "meter", signalTable: world.meter.table.digest });
    expect(await accept(signed)).toBe("DEVICE_REVOKED");
  });
});

test("what the log holds decodes to what was sent", async () => {
  const bytes = world.plc1.next(world.plc1.readings(START_MS - 12_345, 3.25));
  const { index } = (await world.door.accept(bytes, VIA)) as Accepted;
  const frame = parseFrame(world.log.body(index) as Uint8Array);
  if (isRefusal(frame)) throw new Error(frame.code);
  const block = decodePayload(frame, world.plc1.table);
  if (isRefusal(block)) throw new Error(block.code);
  expect(readingsOf(block)).toEqual(world.plc1.readings(START_MS - 12_345, 3.25));
});
