/** The ceiling: nothing but verifying the same signatures, with the fastest verifier at hand. */
import { createPublicKey, verify } from "node:crypto";
import { type ParsedFrame, parseFrame } from "@twinward/frame";
import { isRefusal } from "@twinward/kernel";
import sodium from "sodium-native";
import type { BenchDevice } from "./bench-site.ts";
import { type Measure, measure } from "./figures.ts";

const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export type Verifier = "sodium" | "node";

export function ceilingOf(
  frames: readonly Uint8Array[],
  devices: readonly BenchDevice[],
  verifier: Verifier,
): () => Promise<Measure> {
  const parsed = frames.map((bytes) => parseFrame(bytes)).filter((frame): frame is ParsedFrame => !isRefusal(frame));
  const jobs = parsed.map((frame, i) => ({
    message: Buffer.from(frame.signed),
    signature: Buffer.from(frame.signature),
    key: Buffer.from(devices[i % devices.length]!.signer.publicKey.raw),
  }));
  const keys = jobs.map(({ key }) =>
    createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: "der", type: "spki" }),
  );
  const isValid = (i: number) => {
    const { message, signature, key } = jobs[i]!;
    return verifier === "sodium"
      ? sodium.crypto_sign_verify_detached(signature, message, key)
      : verify(null, message, keys[i]!, signature);
  };
  return () =>
    measure(jobs.length, () => {
      for (let i = 0; i < jobs.length; i++) if (!isValid(i)) throw new Error("the ceiling verifies what it signed");
    });
}
