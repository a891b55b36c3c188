import { isRefusal } from "@twinward/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CborWriter } from "./cbor-writer.ts";
import { bytes, columnsFrame, header, readings, SIGNER, senmlFrame, TABLE } from "./frame.fixture.ts";
import { encodeHeader } from "./header.ts";
import {
  decodePayload,
  encodeFrame,
  FRAME_BYTES_MAX,
  type FrameHeader,
  frameDigest,
  generateSigner,
  type ParsedFrame,
  parseFrame,
  SENML_TYPE,
  verifyFrame,
} from "./index.ts";

function parsed(frame: Uint8Array): ParsedFrame {
  const result = parseFrame(frame);
  if (isRefusal(result)) throw new Error(`${result.code} ${result.detail}`);
  return result;
}

describe("a frame comes back as it went", () => {
  test.each([
    ["columns", columnsFrame()],
    ["SenML", senmlFrame()],
  ])("%s: header, digest, signature and readings", (_, { bytes: message, digest }) => {
    const frame = parsed(Buffer.from(message));
    const contentType = frame.header.contentType;
    expect(frame.header).toEqual(header({ contentType }));
    expect([...frameDigest(frame)]).toEqual([...digest]);
    expect(verifyFrame(frame, SIGNER.publicKey)).toBeUndefined();
    expect(decodePayload(frame, TABLE)).toMatchObject({ ...readings() });
  });

  test("any header within the limits", () => {
    const id = fc.stringMatching(/^[!-~]{1,128}$/);
    const headers: fc.Arbitrary<Partial<FrameHeader>> = fc.record({
      issuer: id,
      device: id,
      site: id,
      issuedAtMs: fc.nat(4_000_000_000_000),
      boot: fc.maxSafeNat(),
      sequence: fc.maxSafeNat(),
      salt: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      previous: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    });
    fc.assert(
      fc.property(headers, (change) => {
        expect(parsed(columnsFrame(change).bytes).header).toEqual(header(change));
      }),
    );
  });

  test("a gateway signs for a device: issuer and device differ", () => {
    expect(parsed(columnsFrame({ issuer: "gw1" }).bytes).header).toMatchObject({ issuer: "gw1", device: "plc1" });
  });

  test("the digest does not depend on the signature: (r, s) and (r, n - s) are one frame", () => {
    const { signer } = generateSigner("p256");
    const frame = columnsFrame({}, signer);
    const twin = parsed(highOrLowS(frame.bytes));
    expect(twin.signature).not.toEqual(parsed(frame.bytes).signature);
    expect([...frameDigest(twin)]).toEqual([...frame.digest]);
    expect(verifyFrame(twin, signer.publicKey)).toBeUndefined();
  });
});

/** The same message with s replaced by n - s. */
function highOrLowS(message: Uint8Array): Uint8Array {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = BigInt(`0x${Buffer.from(message.subarray(-32)).toString("hex")}`);
  const other = (order - s).toString(16).padStart(64, "0");
  return bytes(message.subarray(0, -32), other);
}

/** A frame signed over protected bytes of our making. */
function frameWith(
  protectedBytes: Uint8Array,
  unprotected = "a0",
  payload = new CborWriter().bytes(bytes("00")).finish(),
) {
  const signature = new CborWriter().bytes(new Uint8Array(64)).finish();
  return bytes("d284", new CborWriter().bytes(protectedBytes).finish(), unprotected, payload, signature);
}

/** The protected header as pairs of CBOR items, to be changed. */
const PAIRS: readonly (readonly [string, string])[] = [
  ["01", "27"],
  ["03", "78 25 6170706c69636174696f6e2f766e642e7477696e776172642e636f6c756d6e732b63626f72"],
  ["04", `50 ${"11".repeat(16)}`],
  ["0f", `a4 01 64 706c6331 03 66 632d746f776e 06 1a 68e78a81 07 50 ${"22".repeat(16)}`],
  ["3a 00010000", "03"],
  ["3a 00010001", "00"],
  ["3a 00010002", `58 20 ${"33".repeat(32)}`],
  ["3a 00010003", `58 20 ${"44".repeat(32)}`],
];

function protectedOf(pairs: readonly (readonly [string, string])[]): Uint8Array {
  return bytes((0xa0 + pairs.length).toString(16), ...pairs.flat());
}

function withPair(index: number, ...replacement: readonly (readonly [string, string])[]): Uint8Array {
  return protectedOf(PAIRS.toSpliced(index, 1, ...replacement));
}

describe("what parseFrame refuses", () => {
  test("the header of the examples below is itself accepted", () => {
    expect(isRefusal(parseFrame(frameWith(protectedOf(PAIRS))))).toBe(false);
    expect(isRefusal(parseFrame(frameWith(protectedOf(PAIRS.toReversed()))))).toBe(false);
    expect(isRefusal(parseFrame(frameWith(protectedOf([...PAIRS, ["19 1234", "82 01 a1 02 03"]]))))).toBe(false);
  });

  test.each<[string, Uint8Array, string]>([
    ["nothing", bytes(""), "FRAME_NOT_SIGN1"],
    ["more than 1 MiB", new Uint8Array(FRAME_BYTES_MAX + 1), "FRAME_TOO_BIG"],
    ["no tag", bytes("84 40 a0 41 00 40"), "FRAME_NOT_SIGN1"],
    ["COSE_Mac0", bytes("d1 84 40 a0 41 00 40"), "FRAME_NOT_SIGN1"],
    ["three items", bytes("d2 83 40 a0 40"), "FRAME_NOT_SIGN1"],
    ["indefinite array", bytes("d2 9f 40 a0 40 40 ff"), "CBOR_INDEFINITE"],
    ["an unprotected kid", frameWith(protectedOf(PAIRS), "a1 04 41 31"), "FRAME_UNPROTECTED_HEADER"],
    ["no unprotected map", frameWith(protectedOf(PAIRS), "80"), "FRAME_NOT_SIGN1"],
    ["a detached payload", frameWith(protectedOf(PAIRS), "a0", bytes("f6")), "FRAME_PAYLOAD_MISSING"],
    ["an empty payload", frameWith(protectedOf(PAIRS), "a0", bytes("40")), "FRAME_PAYLOAD_MISSING"],
    ["a text as payload", frameWith(protectedOf(PAIRS), "a0", bytes("61 61")), "CBOR_UNEXPECTED_TYPE"],
    ["a short signature", bytes("d2 84 40 a0 41 00 41 00"), "FRAME_SIGNATURE_LENGTH"],
    ["bytes behind the message", bytes(frameWith(protectedOf(PAIRS)), "00"), "CBOR_TRAILING_BYTES"],
    ["no header", frameWith(new Uint8Array(0)), "CBOR_TRUNCATED"],
    ["an indefinite header map", frameWith(bytes("bf ff")), "CBOR_INDEFINITE"],
    ["bytes behind the header", frameWith(bytes(protectedOf(PAIRS), "00")), "CBOR_TRAILING_BYTES"],
    ["no algorithm", frameWith(withPair(0)), "FRAME_HEADER_MISSING"],
    ["algorithm ES384", frameWith(withPair(0, ["01", "38 22"])), "FRAME_ALGORITHM"],
    ["algorithm HS256", frameWith(withPair(0, ["01", "05"])), "FRAME_ALGORITHM"],
    ["algorithm none, as text", frameWith(withPair(0, ["01", "64 6e6f6e65"])), "FRAME_ALGORITHM"],
    ["two algorithms", frameWith(protectedOf([...PAIRS, ["01", "26"]])), "CBOR_DUPLICATE_KEY"],
    [
      "two algorithms, one label not shortest",
      frameWith(protectedOf([...PAIRS, ["18 01", "26"]])),
      "CBOR_DUPLICATE_KEY",
    ],
    [
      "an unknown label twice",
      frameWith(protectedOf([...PAIRS, ["18 63", "00"], ["18 63", "00"]])),
      "CBOR_DUPLICATE_KEY",
    ],
    ["a critical field", frameWith(protectedOf([...PAIRS, ["02", "81 04"]])), "FRAME_CRITICAL_HEADER"],
    ["no content type", frameWith(withPair(1)), "FRAME_HEADER_MISSING"],
    ["content type JSON", frameWith(withPair(1, ["03", "64 6a736f6e"])), "FRAME_CONTENT_TYPE"],
    ["content type as a number", frameWith(withPair(1, ["03", "18 70"])), "FRAME_CONTENT_TYPE"],
    ["no kid", frameWith(withPair(2)), "FRAME_HEADER_MISSING"],
    ["a kid of 15 bytes", frameWith(withPair(2, ["04", `4f ${"11".repeat(15)}`])), "FRAME_HEADER_INVALID"],
    ["no claims", frameWith(withPair(3)), "FRAME_HEADER_MISSING"],
    ["no cti", frameWith(withPair(3, ["0f", "a3 01 64 706c6331 03 66 632d746f776e 06 00"])), "FRAME_HEADER_MISSING"],
    [
      "an iss with a space",
      frameWith(withPair(3, ["0f", `a4 01 61 20 03 61 61 06 00 07 50 ${"22".repeat(16)}`])),
      "FRAME_HEADER_INVALID",
    ],
    [
      "an empty aud",
      frameWith(withPair(3, ["0f", `a4 01 61 61 03 60 06 00 07 50 ${"22".repeat(16)}`])),
      "FRAME_HEADER_INVALID",
    ],
    [
      "a negative iat",
      frameWith(withPair(3, ["0f", `a4 01 61 61 03 61 61 06 20 07 50 ${"22".repeat(16)}`])),
      "FRAME_HEADER_INVALID",
    ],
    [
      "iat NaN",
      frameWith(withPair(3, ["0f", `a4 01 61 61 03 61 61 06 f97e00 07 50 ${"22".repeat(16)}`])),
      "FRAME_HEADER_INVALID",
    ],
    ["two iss", frameWith(withPair(3, ["0f", "a2 01 61 61 01 61 62"])), "CBOR_DUPLICATE_KEY"],
    ["no boot counter", frameWith(withPair(4)), "FRAME_HEADER_MISSING"],
    ["a negative sequence", frameWith(withPair(5, ["3a 00010001", "20"])), "CBOR_UNEXPECTED_TYPE"],
    ["sequence 2^53", frameWith(withPair(5, ["3a 00010001", "1b 0020000000000000"])), "CBOR_INTEGER_RANGE"],
    ["no previous digest", frameWith(withPair(6)), "FRAME_HEADER_MISSING"],
    [
      "a digest of 31 bytes",
      frameWith(withPair(6, ["3a 00010002", `58 1f ${"33".repeat(31)}`])),
      "FRAME_HEADER_INVALID",
    ],
    ["no signal-table digest", frameWith(withPair(7)), "FRAME_HEADER_MISSING"],
    [
      "an unknown field that is a bomb",
      frameWith(protectedOf([...PAIRS, ["18 63", `${"81".repeat(200)}00`]])),
      "CBOR_TOO_DEEP",
    ],
  ])("%s", (_, message, code) => {
    expect(parseFrame(message)).toMatchObject({ refused: true, code });
  });
});

describe("what verifyFrame refuses", () => {
  const frame = columnsFrame();

  test("another key, and another algorithm than the registered one", () => {
    const other = generateSigner("ed25519").signer.publicKey;
    const p256 = { ...generateSigner("p256").signer.publicKey, kid: SIGNER.publicKey.kid };
    expect(verifyFrame(parsed(frame.bytes), other)).toMatchObject({ code: "FRAME_KEY_MISMATCH" });
    expect(verifyFrame(parsed(frame.bytes), { ...other, kid: SIGNER.publicKey.kid })).toMatchObject({
      code: "FRAME_SIGNATURE_INVALID",
    });
    expect(verifyFrame(parsed(frame.bytes), p256)).toMatchObject({ code: "FRAME_KEY_MISMATCH" });
  });

  test("every flipped bit: refused when parsed, or when verified", () => {
    for (let bit = 0; bit < 8 * frame.bytes.length; bit++) {
      const flipped = frame.bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const result = parseFrame(flipped);
      const verdict = isRefusal(result) ? result : verifyFrame(result, SIGNER.publicKey);
      expect(verdict, `bit ${bit}`).toMatchObject({ refused: true });
    }
  });

  test("the same bytes under other external data", () => {
    const { payload, header: fields } = parsed(frame.bytes);
    const foreign = SIGNER.sign(bytes(encodeHeader(fields), payload));
    expect(verifyFrame({ ...parsed(frame.bytes), signature: foreign }, SIGNER.publicKey)).toMatchObject({
      code: "FRAME_SIGNATURE_INVALID",
    });
  });

  test.each([-19, -8] as const)("algorithm number %s names the same key", (algorithm) => {
    const result = parsed(columnsFrame({ algorithm }).bytes);
    expect(verifyFrame(result, SIGNER.publicKey)).toBeUndefined();
  });

  test.each([-9, -7] as const)("algorithm number %s names a P-256 key", (algorithm) => {
    const { signer } = generateSigner("p256");
    expect(verifyFrame(parsed(columnsFrame({ algorithm }, signer).bytes), signer.publicKey)).toBeUndefined();
  });
});

test("hostile bytes never throw: mutated frames, and payloads decoded as if they had been believed", () => {
  const originals = [columnsFrame().bytes, senmlFrame().bytes];
  const change = fc.oneof(
    fc.record({ kind: fc.constant("set" as const), at: fc.nat(), byte: fc.nat(255) }),
    fc.record({ kind: fc.constant("cut" as const), at: fc.nat(), byte: fc.nat(255) }),
    fc.record({ kind: fc.constant("insert" as const), at: fc.nat(), byte: fc.nat(255) }),
  );
  const outcomes = { refused: 0, parsed: 0 };
  fc.assert(
    fc.property(
      fc.constantFrom(...originals),
      fc.array(change, { minLength: 1, maxLength: 6 }),
      (original, changes) => {
        let message = [...original];
        for (const { kind, at, byte } of changes) {
          const place = at % message.length;
          message = message.toSpliced(place, kind === "insert" ? 0 : 1, ...(kind === "cut" ? [] : [byte]));
        }
        const result = parseFrame(Uint8Array.from(message));
        outcomes[isRefusal(result) ? "refused" : "parsed"] += 1;
        if (isRefusal(result)) return;
        const verdict = verifyFrame(result, SIGNER.publicKey);
        const unchanged = message.length === original.length && message.every((byte, i) => byte === original[i]);
        expect(verdict === undefined, "only an unchanged frame verifies").toBe(unchanged);
        decodePayload(result, TABLE);
      },
    ),
    { numRuns: 5000 },
  );
  expect(Math.min(outcomes.refused, outcomes.parsed)).toBeGreaterThan(100);
});

test("a SenML payload in a frame that says columns is refused, and the other way round", () => {
  const asColumns = encodeFrame(header(), parsed(senmlFrame().bytes).payload, SIGNER);
  const asSenml = encodeFrame(header({ contentType: SENML_TYPE }), parsed(columnsFrame().bytes).payload, SIGNER);
  expect(decodePayload(parsed(asColumns.bytes), TABLE)).toMatchObject({ code: "CBOR_UNEXPECTED_TYPE" });
  expect(decodePayload(parsed(asSenml.bytes), TABLE)).toMatchObject({ code: "CBOR_UNEXPECTED_TYPE" });
});
