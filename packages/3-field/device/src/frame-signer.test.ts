import {
  decodePayload,
  encodeSignalTable,
  frameDigest,
  type ParsedFrame,
  parseFrame,
  signerFromSeed,
  verifyFrame,
  ZERO_DIGEST,
} from "@twinward/frame";
import { blockOf, isRefusal, ManualClock, readingsOf, toHex } from "@twinward/kernel";
import { describe, expect, test } from "vitest";
import { FrameSigner, type FrameSignerOptions } from "./frame-signer.ts";

const signer = signerFromSeed(new Uint8Array(32).fill(5));
const table = encodeSignalTable("plc1", [
  ["L_T1", "m"],
  ["F_PU1", "L/s"],
]);
const READINGS = [
  { signal: "F_PU1", timeMs: 1_760_000_000_000, value: 96.4, quality: 0 },
  { signal: "L_T1", timeMs: 1_760_000_000_500, value: 2.5, quality: 2 },
];

function frameSigner(change: Partial<FrameSignerOptions> = {}): FrameSigner {
  const chain = { boot: 4, previous: ZERO_DIGEST };
  return new FrameSigner({ signer, device: "plc1", site: "c-town", table, chain, ...change });
}

function parsed(bytes: Uint8Array): ParsedFrame {
  const frame = parseFrame(bytes);
  if (isRefusal(frame)) throw new Error(frame.detail);
  return frame;
}

describe.each(["columns", "senml"] as const)("profile %s", (profile) => {
  test("each frame is signed, named by its digest, and names the one before", () => {
    const signing = frameSigner({ profile });
    const frames = Array.from({ length: 3 }, () => signing.sign(blockOf(READINGS)));
    for (const [i, { bytes, digest }] of frames.entries()) {
      const frame = parsed(bytes);
      expect(verifyFrame(frame, signer.publicKey)).toBeUndefined();
      expect(toHex(frameDigest(frame))).toBe(toHex(digest));
      expect([frame.header.boot, frame.header.sequence]).toEqual([4, i]);
      expect(toHex(frame.header.previous)).toBe(toHex(frames[i - 1]?.digest ?? ZERO_DIGEST));
      const block = decodePayload(frame, table);
      expect(isRefusal(block) ? block : readingsOf(block)).toEqual(READINGS);
    }
    expect(signing.sequence).toBe(3);
  });
});

test("two frames of the same readings differ by their salt", () => {
  const digests = [frameSigner(), frameSigner()].map((signing) => toHex(signing.sign(blockOf(READINGS)).digest));
  expect(digests[0]).not.toBe(digests[1]);
});

test("time and chance come from outside: a simulation repeats itself", () => {
  const options = {
    clock: new ManualClock(1_760_000_000_123),
    randomBytes: (length: number) => new Uint8Array(length),
  };
  const [first, second] = [frameSigner(options), frameSigner(options)].map((signing) =>
    signing.sign(blockOf(READINGS)),
  );
  expect(first).toEqual(second);
  expect(parsed(first!.bytes).header.issuedAtMs).toBe(1_760_000_000_123);
});

test("a gateway signs in its own name for a device", () => {
  const { header } = parsed(frameSigner({ issuer: "gw1" }).sign(blockOf(READINGS)).bytes);
  expect([header.issuer, header.device]).toEqual(["gw1", "plc1"]);
});

test("a signal outside the table is our own mistake", () => {
  expect(() => frameSigner().sign(blockOf([{ ...READINGS[0]!, signal: "L_T9" }]))).toThrow("signal table");
});
