/**
 * The frame: some readings of one device, signed once, and its place in the device's chain.
 *
 * `parseFrame` believes nothing: it only takes the bytes apart. The order of belief is size, shell, header, then the
 * caller's registry (key, site), then `verifyFrame`, and only then `decodePayload`.
 *
 * Invariant: the frame digest is SHA-256 of the Sig_structure, never of the message, because a relay can turn a P-256
 * signature (r, s) into (r, n - s) without the key.
 */
import { assert, isRefusal, sha256 } from "@twinward/kernel";
import { curveOf } from "./algorithm.ts";
import { COLUMNS_TYPE } from "./columns.ts";
import { encodeHeader, type FrameHeader, parseHeader } from "./header.ts";
import { type FrameRefusal, refuseFrame } from "./refusals.ts";
import { SENML_TYPE } from "./senml.ts";
import { encodeSign1, parseSign1, sigStructure } from "./sign1.ts";
import type { Signer } from "./signer.ts";

/** 1 MiB. */
export const FRAME_BYTES_MAX = 1_048_576;
const SIGNATURE_BYTES = 64;
const EXTERNAL_AAD = new TextEncoder().encode("twinward-frame-v1");

/** A frame taken apart, not yet believed. Byte arrays are views of the input unless said otherwise. */
export interface ParsedFrame {
  readonly header: FrameHeader;
  /** The whole message. */
  readonly bytes: Uint8Array;
  /** Undecoded. */
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** The Sig_structure: what the signature and the digest cover. Own memory. */
  readonly signed: Uint8Array;
}

export function parseFrame(bytes: Uint8Array): ParsedFrame | FrameRefusal {
  if (bytes.length > FRAME_BYTES_MAX) return refuseFrame("FRAME_TOO_BIG", `It has ${bytes.length} bytes.`);
  const shell = parseSign1(bytes);
  if (isRefusal(shell)) return shell;
  if (!shell.unprotectedIsEmpty) return refuseFrame("FRAME_UNPROTECTED_HEADER");
  if (shell.payload.length === 0) return refuseFrame("FRAME_PAYLOAD_MISSING");
  if (shell.signature.length !== SIGNATURE_BYTES) return refuseFrame("FRAME_SIGNATURE_LENGTH");
  const header = parseHeader(shell.protectedBytes);
  if (isRefusal(header)) return header;
  if (header.contentType !== COLUMNS_TYPE && header.contentType !== SENML_TYPE) {
    return refuseFrame("FRAME_CONTENT_TYPE");
  }
  const { payload, signature } = shell;
  return { header, bytes, payload, signature, signed: sigStructure(shell.protectedBytes, EXTERNAL_AAD, payload) };
}

/** 32 bytes: names the frame in chains, leaves and proofs. */
export function frameDigest(frame: ParsedFrame): Uint8Array {
  return sha256(frame.signed);
}

export interface EncodedFrame {
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

/** Signs a payload. `header.algorithm` and `header.kid` must be the signer's own. */
export function encodeFrame(header: FrameHeader, payload: Uint8Array, signer: Signer): EncodedFrame {
  assert(curveOf(header.algorithm) === signer.publicKey.curve, "a frame names an algorithm of its signer's key");
  const protectedBytes = encodeHeader(header);
  const signed = sigStructure(protectedBytes, EXTERNAL_AAD, payload);
  const bytes = encodeSign1(protectedBytes, payload, signer.sign(signed));
  assert(bytes.length <= FRAME_BYTES_MAX, "a frame we make is at most FRAME_BYTES_MAX long");
  return { bytes, digest: sha256(signed) };
}
