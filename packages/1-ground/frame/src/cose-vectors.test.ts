/**
 * The examples of the COSE working group that are COSE_Sign1, run through the pieces that frames are made of.
 *
 * Accepted (the signature verifies): RFC8152/Appendix_C_2_1, ecdsa-sig-01 and eddsa-sig-01, sign-pass-01 (algorithm in
 * the unprotected header), sign-pass-02 (external data), CWT/A_3.
 * Refused: the list below with reasons; among them vectors that are right COSE and outside our profile (P-384, P-521,
 * Ed448, SHA-512 with P-256, a message without tag).
 * Not ours: COSE_Sign, COSE_Mac0, COSE_Encrypt examples. None is a frame: all carry a kid in the unprotected header.
 */
import { readFileSync } from "node:fs";
import { fromBase64, isRefusal } from "@twinward/kernel";
import { expect, test } from "vitest";
import { curveOf } from "./algorithm.ts";
import { decodeCbor } from "./cbor-value.ts";
import { bytes, sharedVectors } from "./frame.fixture.ts";
import { parseFrame } from "./frame.ts";
import { checkPublicKey, type FramePublicKey } from "./public-key.ts";
import { parseSign1, sigStructure } from "./sign1.ts";
import { verifySignature } from "./signature.ts";

type Outcome = "verifies" | "wrong signature" | "algorithm not accepted" | "FRAME_NOT_SIGN1";

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  "RFC8152/Appendix_C_2_1": "verifies",
  "ecdsa-examples/ecdsa-sig-01": "verifies",
  "eddsa-examples/eddsa-sig-01": "verifies",
  "sign1-tests/sign-pass-01": "verifies",
  "sign1-tests/sign-pass-02": "verifies",
  "CWT/A_3": "verifies",
  "sign1-tests/sign-pass-03": "FRAME_NOT_SIGN1",
  "sign1-tests/sign-fail-01": "FRAME_NOT_SIGN1",
  "sign1-tests/sign-fail-02": "wrong signature",
  "sign1-tests/sign-fail-03": "algorithm not accepted",
  "sign1-tests/sign-fail-04": "algorithm not accepted",
  "sign1-tests/sign-fail-06": "wrong signature",
  "sign1-tests/sign-fail-07": "wrong signature",
  "ecdsa-examples/ecdsa-sig-02": "algorithm not accepted",
  "ecdsa-examples/ecdsa-sig-03": "algorithm not accepted",
  "ecdsa-examples/ecdsa-sig-04": "algorithm not accepted",
  "eddsa-examples/eddsa-sig-02": "algorithm not accepted",
};

interface Vector {
  readonly input: { readonly sign0: { readonly key: Readonly<Record<string, string>>; readonly external?: string } };
  readonly output: { readonly cbor: string };
}

const folder = sharedVectors("cose-wg");

test.skipIf(folder === undefined).each(Object.entries(OUTCOMES))("%s: %s", (name, outcome) => {
  const vector = JSON.parse(readFileSync(`${folder}${name}.json`, "utf8")) as Vector;
  expect(outcomeOf(vector)).toBe(outcome);
  expect(isRefusal(parseFrame(bytes(vector.output.cbor)))).toBe(true);
});

function outcomeOf({ input, output }: Vector): Outcome {
  const shell = parseSign1(bytes(output.cbor));
  if (isRefusal(shell)) return shell.code as Outcome;
  const { key, external = "" } = input.sign0;
  const protectedHeader = shell.protectedBytes.length === 0 ? new Map() : decodeCbor(shell.protectedBytes);
  const algorithm = protectedHeader instanceof Map ? (protectedHeader.get(1) ?? -7) : undefined;
  const publicKey = keyOf(key);
  // Ed448 shares -8 with Ed25519: it is the registered key that tells them apart.
  if (publicKey === undefined || curveOf(algorithm) !== publicKey.curve) return "algorithm not accepted";
  const signed = sigStructure(shell.protectedBytes, bytes(external), shell.payload);
  return verifySignature(signed, shell.signature, publicKey) ? "verifies" : "wrong signature";
}

function keyOf(key: Readonly<Record<string, string>>): FramePublicKey | undefined {
  const coordinate = (name: "x" | "y") => {
    const hex = key[`${name}_hex`];
    return hex === undefined ? fromBase64Url(key[name] ?? "") : bytes(hex);
  };
  if (key.crv === "P-256") return demandKey("p256", bytes("04", coordinate("x"), coordinate("y")));
  return key.crv === "Ed25519" ? demandKey("ed25519", coordinate("x")) : undefined;
}

function demandKey(curve: "ed25519" | "p256", raw: Uint8Array): FramePublicKey {
  const key = checkPublicKey(curve, raw);
  if (isRefusal(key)) throw new Error(key.detail);
  return key;
}

function fromBase64Url(text: string): Uint8Array {
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, "=")) ?? new Uint8Array(0);
}
