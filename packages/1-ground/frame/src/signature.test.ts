import { readFileSync } from "node:fs";
import { fromHex, isRefusal } from "@twinward/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ed25519Edges } from "./ed25519-edges.fixture.ts";
import { mayBeEd25519 } from "./ed25519-rule.ts";
import {
  checkPublicKey,
  generateSigner,
  publicKeyFromSpki,
  registeredKey,
  spkiOf,
  spkiPemOf,
  verifySignature,
} from "./index.ts";
import { signerFromSeed as browserSigner } from "./sign.browser.ts";
import { signerFromSeed } from "./sign.ts";
import * as browser from "./verify.browser.ts";
import * as node from "./verify.ts";

type Verify = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;

const VERIFIERS: Readonly<Record<string, Verify>> = {
  "sodium-native": (signature, message, key) =>
    mayBeEd25519(signature, key) && node.verifyEd25519(signature, message, registeredKey("ed25519", key)),
  "node:crypto": (signature, message, key) =>
    mayBeEd25519(signature, key) && node.verifyEd25519ByNode(signature, message, registeredKey("ed25519", key)),
  browser: (signature, message, key) =>
    mayBeEd25519(signature, key) && browser.verifyEd25519(signature, message, registeredKey("ed25519", key)),
};

const EDGES = ed25519Edges();
const hex = (text: string) => fromHex(text) ?? new Uint8Array(0);

describe.each(Object.keys(VERIFIERS))("the one Ed25519 rule by %s", (name) => {
  test.each(EDGES)("$what: $valid", ({ message, publicKey, signature, valid }) => {
    expect(VERIFIERS[name]!(hex(signature), hex(message), hex(publicKey))).toBe(valid);
  });
});

test("the edge vectors for other languages are these", () => {
  const path = new URL("../../../../docs/formats/vectors/frame/ed25519-edges.json", import.meta.url);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(EDGES);
});

test("all verifiers agree on any signature, right or damaged", () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const damage = fc.option(fc.record({ at: fc.nat(63), bit: fc.nat(7) }));
  fc.assert(
    fc.property(seeds, fc.uint8Array(), damage, (seed, message, damaged) => {
      const signer = signerFromSeed(seed);
      const signature = signer.sign(message);
      expect(browserSigner(seed).sign(message)).toEqual(signature);
      if (damaged !== null) signature[damaged.at]! ^= 1 << damaged.bit;
      for (const [name, verify] of Object.entries(VERIFIERS)) {
        expect(verify(signature, message, signer.publicKey.raw), name).toBe(damaged === null);
      }
    }),
    { numRuns: 60 },
  );
});

test("P-256: low and high s, the same in Node and the browser; anything else is refused", () => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const { signer } = generateSigner("p256");
  const message = new TextEncoder().encode("twinward");
  const signature = signer.sign(message);
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString("hex")}`);
  const withS = (value: bigint) =>
    Uint8Array.from([...signature.subarray(0, 32), ...hex(value.toString(16).padStart(64, "0"))]);
  const cases: [Uint8Array, boolean][] = [
    [signature, true],
    [withS(order - s), true],
    [withS(0n), false],
    [withS(order), false],
    [withS(s + 1n), false],
    [new Uint8Array(64), false],
  ];
  for (const [candidate, valid] of cases) {
    expect(node.verifyP256(candidate, message, signer.publicKey)).toBe(valid);
    expect(browser.verifyP256(candidate, message, signer.publicKey)).toBe(valid);
  }
});

describe("keys at enrolment", () => {
  test.each(EDGES.filter(({ what }) => what.startsWith("A of") || what.startsWith("A =")))(
    "$what is refused",
    ({ publicKey }) => {
      const code = checkPublicKey("ed25519", hex(publicKey));
      expect(isRefusal(code) && /^KEY_(WEAK|INVALID)$/.test(code.code)).toBe(true);
    },
  );

  test.each<[string, "ed25519" | "p256", Uint8Array]>([
    ["31 bytes", "ed25519", new Uint8Array(31)],
    ["not on the curve", "ed25519", Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 2 : 0))],
    ["a compressed point", "p256", generateSigner("p256").signer.publicKey.raw.slice(0, 33)],
    ["a point off the curve", "p256", Uint8Array.from({ length: 65 }, (_, i) => (i === 0 ? 4 : 1))],
  ])("%s is refused", (_, curve, raw) => {
    expect(checkPublicKey(curve, raw)).toMatchObject({ refused: true, code: "KEY_INVALID" });
  });

  test.each(["ed25519", "p256"] as const)("an %s key survives DER and PEM, and signs", (curve) => {
    const { signer } = generateSigner(curve);
    const { publicKey } = signer;
    expect(publicKeyFromSpki(spkiOf(publicKey))).toEqual(publicKey);
    expect(publicKeyFromSpki(spkiPemOf(publicKey))).toEqual(publicKey);
    expect(verifySignature(Uint8Array.of(1), signer.sign(Uint8Array.of(1)), publicKey)).toBe(true);
    expect(verifySignature(Uint8Array.of(2), signer.sign(Uint8Array.of(1)), publicKey)).toBe(false);
    expect(verifySignature(Uint8Array.of(1), signer.sign(Uint8Array.of(1)).subarray(1), publicKey)).toBe(false);
  });

  test.each(["", "-----BEGIN PUBLIC KEY-----\n????\n-----END PUBLIC KEY-----", "x".repeat(10_000)])("PEM %#", (pem) => {
    expect(publicKeyFromSpki(pem)).toMatchObject({ code: "KEY_INVALID" });
  });
});
