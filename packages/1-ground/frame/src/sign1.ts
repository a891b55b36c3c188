/**
 * The COSE_Sign1 shell (RFC 9052 section 4.2): four items behind tag 18, and the bytes that are signed.
 *
 * The payload stays undecoded. What the profile demands beyond COSE (an empty unprotected header) is checked in
 * frame.ts, so that this file agrees with the third-party vectors.
 */

import { CborReader, MAJOR } from "./cbor-reader.ts";
import { CBOR_DEPTH_MAX, readValue } from "./cbor-value.ts";
import { CborWriter } from "./cbor-writer.ts";
import { type FrameRefusal, refuseFrame } from "./refusals.ts";

const SIGN1_HEAD = 0xd2;
const ARRAY_OF_FOUR = 0x84;

/** Byte views of the input. */
export interface Sign1 {
  /** The protected header as signed: a serialized map, or empty. */
  readonly protectedBytes: Uint8Array;
  readonly unprotectedIsEmpty: boolean;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

export function parseSign1(bytes: Uint8Array): Sign1 | FrameRefusal {
  const reader = new CborReader(bytes);
  if (reader.readTag() !== 18 || reader.readArrayHead() !== 4) {
    return refuseFrame(reader.failure === "CBOR_INDEFINITE" ? "CBOR_INDEFINITE" : "FRAME_NOT_SIGN1");
  }
  const protectedBytes = reader.readBytes();
  const unprotectedIsEmpty = readUnprotected(reader);
  if (reader.peekMajor() === MAJOR.simple) return refuseFrame("FRAME_PAYLOAD_MISSING");
  const payload = reader.readBytes();
  const signature = reader.readBytes();
  reader.finish();
  if (reader.failure !== undefined) return refuseFrame(reader.failure);
  return { protectedBytes: asSigned(protectedBytes), unprotectedIsEmpty, payload, signature };
}

/** RFC 9052 section 4.4: a header without fields is signed as no bytes, also when it was sent as an empty map. */
function asSigned(protectedBytes: Uint8Array): Uint8Array {
  return protectedBytes.length === 1 && protectedBytes[0] === 0xa0 ? protectedBytes.subarray(1) : protectedBytes;
}

const EMPTY_MAP = 0xa0;

function readUnprotected(reader: CborReader): boolean {
  if (reader.peekByte() === EMPTY_MAP) return reader.readMapHead() === 0;
  if (reader.peekMajor() !== MAJOR.map) reader.fail("FRAME_NOT_SIGN1");
  const header = readValue(reader, CBOR_DEPTH_MAX);
  return header instanceof Map && header.size === 0;
}

export function encodeSign1(protectedBytes: Uint8Array, payload: Uint8Array, signature: Uint8Array): Uint8Array {
  return new CborWriter(protectedBytes.length + payload.length + signature.length + 24)
    .raw(Uint8Array.of(SIGN1_HEAD, ARRAY_OF_FOUR))
    .bytes(protectedBytes)
    .mapHead(0)
    .bytes(payload)
    .bytes(signature)
    .finish();
}

const CONTEXT = Uint8Array.of(ARRAY_OF_FOUR, 0x6a, ...new TextEncoder().encode("Signature1"));

/** The Sig_structure (RFC 9052 section 4.4): the bytes that the signature and the frame digest cover. */
export function sigStructure(
  protectedBytes: Uint8Array,
  externalAad: Uint8Array,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const lengths = protectedBytes.length + externalAad.length + payload.length;
  const heads = headBytes(protectedBytes.length) + headBytes(externalAad.length) + headBytes(payload.length);
  const bytes = piece(CONTEXT.length + lengths + heads);
  bytes.set(CONTEXT);
  let offset = CONTEXT.length;
  for (const part of [protectedBytes, externalAad, payload]) {
    offset = writeByteHead(bytes, offset, part.length);
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Memory for many structures is taken at once: most live no longer than it takes to verify one signature. */
const SLAB_BYTES = 32 * 1024;
let slab = new ArrayBuffer(SLAB_BYTES);
let slabUsed = 0;

function piece(length: number): Uint8Array<ArrayBuffer> {
  if (length > SLAB_BYTES / 4) return new Uint8Array(length);
  if (slabUsed + length > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES);
    slabUsed = 0;
  }
  slabUsed += length;
  return new Uint8Array(slab, slabUsed - length, length);
}

function headBytes(length: number): number {
  if (length < 24) return 1;
  if (length < 0x100) return 2;
  return length < 0x10000 ? 3 : 5;
}

function writeByteHead(bytes: Uint8Array, offset: number, length: number): number {
  const width = headBytes(length);
  if (width === 1) {
    bytes[offset] = 0x40 | length;
    return offset + 1;
  }
  bytes[offset] = width === 2 ? 0x58 : width === 3 ? 0x59 : 0x5a;
  for (let i = width - 1, rest = length; i > 0; i--, rest = Math.floor(rest / 256)) bytes[offset + i] = rest & 255;
  return offset + width;
}
