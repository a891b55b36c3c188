/** Frames and strangers: what others make we read, what we make others verify. */
import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ProtectedHeaders, Sign1 } from "@auth0/cose";
import { fromHex, isRefusal, QUALITIES, readingsOf, toHex } from "@twinward/kernel";
import { describe, expect, test } from "vitest";
import { columnsFrame, header, readings, SIGNER, senmlFrame, TABLE } from "./frame.fixture.ts";
import {
  checkPublicKey,
  decodePayload,
  decodeSignalTable,
  frameDigest,
  parseFrame,
  spkiOf,
  verifyFrame,
  verifySignature,
} from "./index.ts";
import { parseSign1, sigStructure } from "./sign1.ts";

const AAD = new TextEncoder().encode("twinward-frame-v1");
/** Private in their types; the bytes that their `sign` and `verify` sign. */
const theirSigStructure = (Sign1 as unknown as { Signature1(...parts: Uint8Array[]): Uint8Array }).Signature1;
const publicKey = createPublicKey({ key: Buffer.from(spkiOf(SIGNER.publicKey)), format: "der", type: "spki" });

describe("@auth0/cose", () => {
  test.each([
    ["columns", columnsFrame()],
    ["SenML", senmlFrame()],
  ])("verifies our frame with %s, and no other", async (_, frame) => {
    const theirs = Sign1.decode(frame.bytes);
    await expect(theirs.verify(publicKey, { externalAAD: AAD })).resolves.toBeUndefined();
    await expect(theirs.verify(publicKey)).rejects.toThrow();
    const flipped = frame.bytes.slice();
    flipped[200]! ^= 1;
    await expect(Sign1.decode(flipped).verify(publicKey, { externalAAD: AAD })).rejects.toThrow();
  });

  test("signs a message that we verify", async () => {
    const privateKey = createPrivateKey({
      key: Buffer.from(`302e020100300506032b657004220420${"07".repeat(32)}`, "hex"),
      format: "der",
      type: "pkcs8",
    });
    const message = await Sign1.sign([[1, -8]], [], Uint8Array.of(1, 2, 3), privateKey);
    const shell = parseSign1(message.encode());
    if (isRefusal(shell)) throw new Error(shell.detail);
    const signed = sigStructure(shell.protectedBytes, new Uint8Array(0), shell.payload);
    expect(verifySignature(signed, shell.signature, SIGNER.publicKey)).toBe(true);
    expect(verifySignature(signed.subarray(1), shell.signature, SIGNER.publicKey)).toBe(false);
  });

  test("encodes a frame that we accept: its header, its Sig_structure, its shell (its `sign` takes no external data)", () => {
    const parsed = parseFrame(columnsFrame().bytes);
    if (isRefusal(parsed)) throw new Error(parsed.detail);
    const fields = header();
    const claims = new Map<number, unknown>([
      [1, fields.issuer],
      [3, fields.site],
      [6, fields.issuedAtMs / 1000],
      [7, Buffer.from(fields.salt)],
    ]);
    const pairs: [number, unknown][] = [
      [1, -8],
      [3, fields.contentType],
      [4, Buffer.from(fields.kid)],
      [15, claims],
      [-65537, fields.boot],
      [-65538, fields.sequence],
      [-65539, Buffer.from(fields.previous)],
      [-65540, Buffer.from(fields.signalTable)],
    ];
    const protectedBytes = ProtectedHeaders.from(pairs as never).encode();
    const toBeSigned: Uint8Array = theirSigStructure(protectedBytes, AAD, parsed.payload);
    const theirs = new Sign1(protectedBytes, new Map(), parsed.payload, SIGNER.sign(toBeSigned)).encode();
    const again = parseFrame(theirs);
    if (isRefusal(again)) throw new Error(`${again.code} ${again.detail}`);
    expect(verifyFrame(again, SIGNER.publicKey)).toBeUndefined();
    expect(again.header).toEqual(fields);
    expect(decodePayload(again, TABLE)).toMatchObject({ ...readings() });
  });
});

interface PythonVector {
  readonly publicKey: string;
  readonly algorithm: number;
  readonly contentType: string;
  readonly signalTable: string;
  readonly frame: string;
  readonly digest: string;
  readonly readings: readonly (readonly [string, number, number, string])[];
}

const vectors = fileURLToPath(new URL("../../../../docs/formats/vectors/frame/", import.meta.url));
const python: readonly PythonVector[] = JSON.parse(readFileSync(`${vectors}python-frames.json`, "utf8"));

describe("frames made by Python", () => {
  test.each(python)("$contentType, algorithm $algorithm", (vector) => {
    const key = checkPublicKey("ed25519", hex(vector.publicKey));
    const table = decodeSignalTable(hex(vector.signalTable));
    const frame = parseFrame(hex(vector.frame));
    if (isRefusal(key) || isRefusal(table) || isRefusal(frame)) throw new Error("refused");
    expect(verifyFrame(frame, key)).toBeUndefined();
    expect(toHex(frameDigest(frame))).toBe(vector.digest);
    expect(toHex(frame.header.signalTable)).toBe(toHex(table.digest));
    const block = decodePayload(frame, table);
    if (isRefusal(block)) throw new Error(block.detail);
    const rows = readingsOf(block).map(({ signal, timeMs, value, quality }) => [
      signal,
      timeMs,
      value,
      QUALITIES[quality],
    ]);
    expect(rows).toEqual(vector.readings);
  });

  test("the second frame names the first as its predecessor", () => {
    const second = parseFrame(hex(python[1]!.frame));
    expect(isRefusal(second) ? second : toHex(second.header.previous)).toBe(python[0]!.digest);
  });

  test.skipIf(!hasPython())("Python makes these very frames again", () => {
    const output = execFileSync("/usr/bin/python3", [`${vectors}make_frames.py`], { encoding: "utf8" });
    expect(JSON.parse(output)).toEqual(python);
  });
});

function hasPython(): boolean {
  try {
    execFileSync("/usr/bin/python3", ["-c", "import cryptography"], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("not run: frames made by Python (no /usr/bin/python3 with python3-cryptography)");
    return false;
  }
}

function hex(text: string): Uint8Array {
  return fromHex(text) ?? new Uint8Array(0);
}
