import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Identity, Outbox } from "@twinward/device";
import { decodePayload, frameDigest, generateSigner, type ParsedFrame, parseFrame, verifyFrame } from "@twinward/frame";
import { isRefusal, toHex } from "@twinward/kernel";
import { formatVerifierKey, verifierKeyOf } from "@twinward/tlog";
import { afterEach, describe, expect, it } from "vitest";
import type { WirePath } from "./event.ts";
import { Plc } from "./plc.ts";
import { startPlcs } from "./plc-fleet.ts";
import type { FromPlc } from "./plc-words.ts";
import { siteForTests } from "./site-for-tests.ts";

const START_MS = Date.UTC(2026, 0, 5);
const SIGNALS = [
  ["L_T3", "m"],
  ["P_J1", "m[H2O]"],
] as const;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "plc-"));
  folders.push(folder);
  return folder;
}

function newIdentity(): Identity {
  const { signer, pem } = generateSigner("ed25519");
  const log = generateSigner("ed25519").signer.publicKey.raw;
  const facts = {
    v: 1,
    device: "plc4",
    site: "c-town",
    server: "https://127.0.0.1:1",
    kid: toHex(signer.publicKey.kid),
    logKey: formatVerifierKey(verifierKeyOf("twinward.example/c-town/0011223344556677", log)),
    signals: SIGNALS,
  } as const;
  const keys = { frameKey: pem, tlsKey: "unused", tlsCrt: "unused", caCrt: "unused" };
  return Identity.save(newFolder(), facts, keys);
}

async function run(
  identity: Identity,
  paths: readonly WirePath[],
): Promise<{ frames: ParsedFrame[]; told: FromPlc[] }> {
  const told: FromPlc[] = [];
  const signals = SIGNALS.map(([name]) => name);
  const plc = new Plc({ identity, signals, profile: "columns", seed: 1, tell: (message) => told.push(message) });
  paths.forEach((path, i) => {
    const values = Float64Array.of(3 + i, 50);
    plc.take({ kind: "sample", timeMs: START_MS + i * 900_000, values, forged: values, path });
  });
  await plc.stop();
  const outbox = Outbox.open(identity.outboxDir);
  const frames = outbox.pending(0, 100).map(({ bytes }) => parseFrame(bytes));
  await outbox.close();
  return { frames: frames.filter((frame) => !isRefusal(frame)) as ParsedFrame[], told };
}

describe("a simulated PLC", () => {
  it("signs at birth and keeps a whole chain while its way is blocked", async () => {
    const identity = newIdentity();
    const { frames, told } = await run(identity, ["silent", "silent", "hold-back"]);
    expect(frames.map(({ header }) => header.sequence)).toEqual([0, 1, 2]);
    frames.forEach((frame, i) => {
      expect(verifyFrame(frame, identity.signer.publicKey)).toBeUndefined();
      expect(frame.header).toMatchObject({ device: "plc4", site: "c-town", issuedAtMs: START_MS + i * 900_000 });
      if (i > 0) expect(toHex(frame.header.previous)).toBe(toHex(frameDigest(frames[i - 1]!)));
      const block = decodePayload(frame, identity.table);
      expect(isRefusal(block) ? block : [...block.values]).toEqual([3 + i, 50]);
    });
    expect(told.at(-1)).toEqual({ kind: "status", signed: 3, pending: 3, proven: 0, newestEntry: -1 });
  });

  it("leaves a hole in its chain when somebody takes frames out", async () => {
    const { frames } = await run(newIdentity(), ["silent", "drop", "silent"]);
    expect(frames.map(({ header }) => header.sequence)).toEqual([0, 2]);
    expect(toHex(frames[1]!.header.previous)).not.toBe(toHex(frameDigest(frames[0]!)));
  });

  it("goes on in a new boot with what it kept", async () => {
    const identity = newIdentity();
    await run(identity, ["silent"]);
    const { frames } = await run(identity, ["silent"]);
    expect(frames.map(({ header }) => [header.boot, header.sequence])).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(toHex(frames[1]!.header.previous)).toBe(toHex(frameDigest(frames[0]!)));
  });
});

describe("the fleet", () => {
  it("says which PLC cannot start and leaves no thread behind", async () => {
    const site = siteForTests("net1");
    await expect(startPlcs({ site, dir: newFolder() })).rejects.toMatchObject({ code: "PLC_NO_TOKEN" });
  });
});
