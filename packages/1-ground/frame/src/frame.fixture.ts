/** For tests of this package: a device, its table, its key, and frames of it. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { blockOf, concatBytes, type ReadingBlock } from "@twinward/kernel";
import {
  COLUMNS_TYPE,
  encodeColumns,
  encodeFrame,
  encodeSenmlFor,
  encodeSignalTable,
  type FrameHeader,
  SENML_TYPE,
  type Signer,
  signerFromSeed,
} from "./index.ts";

export const TABLE = encodeSignalTable("plc1", [
  ["L_T1", "m"],
  ["F_PU1", "L/s"],
  ["S_PU1", "1"],
  ["P_J280", "m"],
]);

export const SIGNER = signerFromSeed(new Uint8Array(32).fill(7));

export function readings(count = 4): ReadingBlock {
  return blockOf(
    Array.from({ length: count }, (_, i) => ({
      signal: TABLE.names[i % TABLE.names.length]!,
      timeMs: 1_760_000_000_000 + 250 * i,
      value: 2.5 + i / 8,
      quality: i % 4,
    })),
  );
}

export function header(change: Partial<FrameHeader> = {}): FrameHeader {
  return {
    algorithm: -8,
    contentType: COLUMNS_TYPE,
    kid: SIGNER.publicKey.kid,
    issuer: "plc1",
    device: "plc1",
    site: "c-town",
    issuedAtMs: 1_760_000_001_234,
    salt: new Uint8Array(16).fill(9),
    boot: 3,
    sequence: 12_345,
    previous: new Uint8Array(32).fill(2),
    signalTable: TABLE.digest,
    ...change,
  };
}

export function columnsFrame(change: Partial<FrameHeader> = {}, signer: Signer = SIGNER) {
  const fields = header({ algorithm: signer.algorithm, kid: signer.publicKey.kid, ...change });
  return encodeFrame(fields, encodeColumns(readings(), TABLE.names), signer);
}

export function senmlFrame(change: Partial<FrameHeader> = {}) {
  return encodeFrame(header({ contentType: SENML_TYPE, ...change }), encodeSenmlFor(readings(), TABLE), SIGNER);
}

/** Bytes from hexadecimal, spaces allowed, and parts that are bytes already. */
export function bytes(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return concatBytes(...parts.map((part) => (typeof part === "string" ? fromSpacedHex(part) : part)));
}

function fromSpacedHex(text: string): Uint8Array {
  return Uint8Array.from(text.replace(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** A file of the vectors that lie beside the checkout; undefined, said loudly, when they are not there. */
export function sharedVectors(folder: string): string | undefined {
  const path = fileURLToPath(new URL(`../../../../../shared/vectors/${folder}/`, import.meta.url));
  if (existsSync(path)) return path;
  console.warn(`not run: third-party vectors ${folder} (no ../shared/vectors beside the checkout)`);
  return undefined;
}
