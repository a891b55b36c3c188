import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blockOf, isRefusal, type Refusal, toHex } from "@twinward/kernel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { enrol } from "./enrol.ts";
import { FrameSigner } from "./frame-signer.ts";
import { Identity } from "./identity.ts";
import { Outbox } from "./outbox.ts";
import { DISTRUSTED_ANSWERS_MAX, Sender, type SenderOptions, type SenderState, SILENCE_MS_MAX } from "./sender.ts";
import { FakeServer } from "./server.fixture.ts";

let dir: string;
let server: FakeServer;
let identity: Identity;
let outbox: Outbox;
let signer: FrameSigner;
let sender: Sender | undefined;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "twinward-device-"));
  server = await FakeServer.start();
  const enrolled = await enrol(server.token, join(dir, "plc1"));
  if (isRefusal(enrolled)) throw new Error(enrolled.detail);
  identity = Identity.load(join(dir, "plc1"));
  outbox = Outbox.open(identity.outboxDir);
  signer = signerOf(outbox);
});

afterEach(async () => {
  sender?.stop();
  sender = undefined;
  await outbox.close().catch(() => undefined);
  await server.stop();
  rmSync(dir, { recursive: true });
});

function signerOf(box: Outbox): FrameSigner {
  const { facts, signer: key, table } = identity;
  return new FrameSigner({ signer: key, device: facts.device, site: facts.site, table, chain: box.startBoot() });
}

/** Signs and keeps `count` frames; answers their digests. */
async function keep(count: number): Promise<string[]> {
  const digests: string[] = [];
  for (let i = 0; i < count; i++) {
    const frame = signer.sign(blockOf([{ signal: "L_T1", timeMs: 1_760_000_000_000 + i, value: i, quality: 0 }]));
    outbox.put(frame);
    digests.push(toHex(frame.digest));
  }
  await outbox.flush();
  return digests;
}

/** A sender that does not wait between tries, and what it told. */
function start(options: Partial<SenderOptions> = {}) {
  const told = { states: [] as SenderState[], alarms: [] as string[], refused: [] as string[], proofs: [] as string[] };
  sender = new Sender({
    identity,
    outbox,
    uniform: () => 0,
    after: (ms, run) => {
      const timer = setTimeout(run, ms === SILENCE_MS_MAX ? ms : 1);
      return () => clearTimeout(timer);
    },
    events: {
      onState: (state) => told.states.push(state),
      onAlarm: ({ code }) => told.alarms.push(code),
      onRefused: (_, code) => told.refused.push(code),
      onReceipt: (_, __, proof) => told.proofs.push(proof),
    },
    ...options,
  });
  sender.start();
  return { sender, told };
}

describe.each(["websocket", "https"] as const)("over %s", (transport) => {
  test("frames arrive in order and leave the outbox against their proofs", async () => {
    const digests = await keep(300);
    const { sender, told } = start({ transport });
    await sender.drained();
    expect(server.log.digests).toEqual(digests);
    expect(told.proofs.length).toBe(300);
    expect([outbox.pendingCount, outbox.heldBytes, told.alarms]).toEqual([0, 0, []]);
  });

  test("a connection cut every few frames: each frame is in the log once, and none is forgotten unproven", async () => {
    const digests = await keep(60);
    let count = 0;
    server.answer = (_, digest) => {
      const proof = server.log.prove(digest);
      // Every seventh frame arrives, and its proof is lost.
      return ++count % 7 === 0 ? undefined : proof;
    };
    await start({ transport, windowFrames: 8 }).sender.drained();
    expect(server.log.digests).toEqual(digests);
  });

  test("a refused frame is set aside and the frames behind it get through", async () => {
    const digests = await keep(5);
    server.answer = (frame, digest) =>
      frame.header.sequence === 2 ? refusal("READING_ABSURD", "sender") : server.log.prove(digest);
    const { sender, told } = start({ transport });
    await sender.drained();
    expect(server.log.digests).toEqual(digests.toSpliced(2, 1));
    expect(told.refused).toEqual(["READING_ABSURD"]);
    expect([...outbox.setAside.values()]).toEqual(["READING_ABSURD"]);
  });
});

function refusal(code: string, party: "sender" | "operator"): Refusal {
  return { refused: true, code, party, detail: "" };
}

test("where WebSockets do not get through, HTTPS is tried", async () => {
  server.webSockets = false;
  const digests = await keep(3);
  await start().sender.drained();
  expect(server.log.digests).toEqual(digests);
});

test("a refusal for the moment is tried again; the frame is not lost", async () => {
  const digests = await keep(2);
  let busy = 3;
  server.answer = (_, digest) => (busy-- > 0 ? refusal("DOOR_BUSY", "operator") : server.log.prove(digest));
  await start().sender.drained();
  // The second may get in before the first: its link is open until the first is there.
  expect(server.log.digests.toSorted()).toEqual(digests.toSorted());
  expect(outbox.setAside.size).toBe(0);
});

test("a revoked device keeps its frames and goes on asking", async () => {
  await keep(2);
  let asked = 0;
  let isRevoked = true;
  server.answer = (_, digest) => {
    asked += 1;
    if (asked > 20) isRevoked = false;
    return isRevoked ? refusal("DEVICE_REVOKED", "sender") : server.log.prove(digest);
  };
  await start().sender.drained();
  expect(outbox.setAside.size).toBe(0);
  expect(server.log.digests.length).toBe(2);
});

describe("false receipts free nothing", () => {
  test.each<[string, (digest: Uint8Array) => string, string]>([
    ["a proof of another frame", () => server.log.prove(new Uint8Array(32)), "RECEIPT_OTHER_FRAME"],
    [
      "a proof of an entry that lists the frame as refused",
      (digest) => server.log.prove(digest, "refusals"),
      "RECEIPT_OTHER_FRAME",
    ],
    ["a proof with one character changed", (digest) => changed(server.log.prove(digest)), "RECEIPT_MALFORMED"],
  ])("%s", async (_, lie, code) => {
    await keep(1);
    server.answer = (_frame, digest) => lie(digest);
    const { sender, told } = start();
    await until(() => told.alarms.length > 0);
    sender.stop();
    expect(told.alarms[0]).toBe(code);
    expect(outbox.pendingCount).toBe(1);
  });

  test.each([
    ["a restored old copy", 1, "RECEIPT_HEAD_SMALLER"],
    ["another history of the same length", 2, "RECEIPT_HEAD_CHANGED"],
  ])(
    "%s of the log is an alarm that ends the sending, also after a restart of the device",
    async (_, entries, code) => {
      await keep(3);
      await start().sender.drained();
      sender?.stop();
      await outbox.close();
      outbox = Outbox.open(identity.outboxDir);
      signer = signerOf(outbox);
      server.log.rewrite(entries);
      await keep(1);
      const { sender: second, told } = start();
      await second.drained();
      expect([second.state, told.alarms, outbox.pendingCount]).toEqual(["alarm", [code], 1]);
    },
  );
});

test("a log whose proofs can never be checked is asked a few times, then the sending ends in alarm", async () => {
  await keep(1);
  server.answer = (_frame, digest) => changed(server.log.prove(digest));
  const { sender, told } = start();
  await sender.drained();
  expect([sender.state, told.alarms.length, outbox.pendingCount]).toEqual(["alarm", DISTRUSTED_ANSWERS_MAX, 1]);
});

test("a device enrolled again goes on behind its old chain", async () => {
  server.chain = { lastBoot: 7, lastDigest: "ab".repeat(32) };
  const again = await enrol(server.token, join(dir, "plc1-again"));
  if (isRefusal(again)) throw new Error(again.detail);
  const box = Outbox.open(again.outboxDir);
  const { boot, previous } = box.startBoot();
  await box.close();
  expect([boot, toHex(previous)]).toEqual([8, "ab".repeat(32)]);
});

/** Flips a character inside the signature line. */
function changed(proof: string): string {
  const at = proof.length - 10;
  return proof.slice(0, at) + (proof[at] === "A" ? "B" : "A") + proof.slice(at + 1);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("the device shows the newest checkpoint it holds when it connects", async () => {
  await keep(1);
  await start().sender.drained();
  sender?.stop();
  await keep(1);
  await start().sender.drained();
  const [first, second] = server.shown;
  expect(first).toBeUndefined();
  const [origin, size] = Buffer.from(second ?? "", "base64")
    .toString()
    .split("\n");
  expect([origin, size]).toEqual([server.log.key.name, "1"]);
});

test("a new boot names the last digest of the boot before; sequences begin at 0", async () => {
  const digests = await keep(3);
  const seen: [number, number, string][] = [];
  server.answer = ({ header }, digest) => {
    seen.push([header.boot, header.sequence, toHex(header.previous)]);
    return server.log.prove(digest);
  };
  signer = signerOf(outbox);
  digests.push(...(await keep(2)));
  await start().sender.drained();
  expect(seen).toEqual([
    [1, 0, "00".repeat(32)],
    [1, 1, digests[0]],
    [1, 2, digests[1]],
    [2, 0, digests[2]],
    [2, 1, digests[3]],
  ]);
});

describe("enrolment", () => {
  test("private keys are private", () => {
    for (const name of ["frame.key", "tls.key"]) expect(statSync(join(identity.dir, name)).mode & 0o777).toBe(0o600);
    expect(statSync(identity.dir).mode & 0o777).toBe(0o700);
  });

  test("another CA than the token's: the secret is not sent", async () => {
    const token = { ...server.token, caSpki: "00".repeat(32) };
    expect(await enrol(token, join(dir, "other"))).toMatchObject({ refused: true, code: "ENROLMENT_CA" });
  });

  test("a wrong secret is refused with the server's code", async () => {
    const refused = await enrol({ ...server.token, secret: "guess" }, join(dir, "other"));
    expect(refused).toMatchObject({ code: "ENROLMENT_REFUSED", detail: expect.stringContaining("TOKEN_INVALID") });
  });

  test.each([
    ["another device", { device: "plc2" }],
    ["another site", { site: "d-town" }],
    ["another key", { kid: "00".repeat(16) }],
    ["another signal table", { signals: [["L_T1", "km"]] as [string, string][] }],
    ["no log key", { logKey: "" }],
    ["no certificate", { tlsCrt: "" }],
  ])("an answer for %s is not believed", async (_, change) => {
    server.tamper = (answer) => ({ ...answer, ...change });
    expect(await enrol(server.token, join(dir, "other"))).toMatchObject({ code: "ENROLMENT_ANSWER" });
  });

  test("a folder is not enrolled twice", async () => {
    await expect(enrol(server.token, identity.dir)).rejects.toThrow("holds an identity already");
  });
});
