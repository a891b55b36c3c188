/**
 * The protected header of a frame: who signs, for which device and site, and its place in the device's chain.
 *
 * COSE labels 1 algorithm, 3 content type, 4 kid (RFC 9052); 15 CWT claims (RFC 9597: 1 iss, 2 sub, 3 aud, 6 iat,
 * 7 cti); private labels below -65536 for the chain. Unknown labels are read and ignored (they are signed), `crit` is
 * refused because the profile knows no critical field.
 */
import { type CoseAlgorithm, curveOf } from "./algorithm.ts";
import { CborReader, MAJOR } from "./cbor-reader.ts";
import { CBOR_DEPTH_MAX, type CborKey, readValue } from "./cbor-value.ts";
import { CborWriter } from "./cbor-writer.ts";
import { type FrameRefusal, refuseFrame } from "./refusals.ts";

export const DIGEST_BYTES = 32;
/** The salt: makes the frame digest hide the body. */
export const CTI_BYTES = 16;
export const SEQUENCE_MAX = Number.MAX_SAFE_INTEGER;
/** The previous digest of a device's very first frame. */
export const ZERO_DIGEST: Uint8Array = new Uint8Array(DIGEST_BYTES);
const KID_BYTES = 16;
const ID_BYTES_MAX = 128;
const HEADER_FIELDS_MAX = 32;
const LABEL = { boot: -65537, sequence: -65538, previous: -65539, signalTable: -65540 } as const;

/** Byte arrays are views of the frame. */
export interface FrameHeader {
  readonly algorithm: CoseAlgorithm;
  /** SENML_TYPE or COLUMNS_TYPE. */
  readonly contentType: string;
  /** First 16 bytes of SHA-256 of the raw public key. */
  readonly kid: Uint8Array;
  /** `iss`: who signed. */
  readonly issuer: string;
  /** `sub`: whose readings these are; the issuer unless a gateway signs for a device. */
  readonly device: string;
  /** `aud`. */
  readonly site: string;
  /** `iat`, Unix milliseconds. */
  readonly issuedAtMs: number;
  /** `cti`: 16 random bytes. */
  readonly salt: Uint8Array;
  /** Counts the starts of the device. */
  readonly boot: number;
  /** Place in the boot, from 0. */
  readonly sequence: number;
  /** Digest of the frame before this one. */
  readonly previous: Uint8Array;
  /** SHA-256 of the device's signal table. */
  readonly signalTable: Uint8Array;
}

export function encodeHeader(header: FrameHeader): Uint8Array {
  return new CborWriter(320)
    .mapHead(8)
    .unsigned(1)
    .integer(header.algorithm)
    .unsigned(3)
    .text(header.contentType)
    .unsigned(4)
    .bytes(header.kid)
    .unsigned(15)
    .raw(encodeClaims(header))
    .integer(LABEL.boot)
    .unsigned(header.boot)
    .integer(LABEL.sequence)
    .unsigned(header.sequence)
    .integer(LABEL.previous)
    .bytes(header.previous)
    .integer(LABEL.signalTable)
    .bytes(header.signalTable)
    .finish();
}

function encodeClaims(header: FrameHeader): Uint8Array {
  const sameDevice = header.device === header.issuer;
  const writer = new CborWriter(160)
    .mapHead(sameDevice ? 4 : 5)
    .unsigned(1)
    .text(header.issuer);
  if (!sameDevice) writer.unsigned(2).text(header.device);
  return writer
    .unsigned(3)
    .text(header.site)
    .unsigned(6)
    .number(header.issuedAtMs / 1000)
    .unsigned(7)
    .bytes(header.salt)
    .finish();
}

/** What is found while reading; every field is checked before it becomes a FrameHeader. */
interface Draft {
  algorithm: number | undefined;
  contentType: string | undefined;
  kid: Uint8Array | undefined;
  hasClaims: boolean;
  issuer: string | undefined;
  device: string | undefined;
  site: string | undefined;
  issuedAtMs: number | undefined;
  salt: Uint8Array | undefined;
  boot: number | undefined;
  sequence: number | undefined;
  previous: Uint8Array | undefined;
  signalTable: Uint8Array | undefined;
}

export function parseHeader(bytes: Uint8Array): FrameHeader | FrameRefusal {
  const reader = new CborReader(bytes);
  const draft = emptyDraft();
  readFields(reader, draft, readHeaderField);
  reader.finish();
  return reader.failure === undefined ? checked(draft) : refuseFrame(reader.failure, "In the protected header.");
}

function emptyDraft(): Draft {
  return {
    algorithm: undefined,
    contentType: undefined,
    kid: undefined,
    hasClaims: false,
    issuer: undefined,
    device: undefined,
    site: undefined,
    issuedAtMs: undefined,
    salt: undefined,
    boot: undefined,
    sequence: undefined,
    previous: undefined,
    signalTable: undefined,
  };
}

type ReadField = (reader: CborReader, label: CborKey, draft: Draft) => boolean;

/** Reads a map; a label that `readField` does not know is read over, but never twice. */
function readFields(reader: CborReader, draft: Draft, readField: ReadField): void {
  const count = reader.readMapHead();
  if (count > HEADER_FIELDS_MAX) reader.fail("CBOR_TOO_MANY");
  let unknown: Set<CborKey> | undefined;
  for (let i = 0; i < count && reader.failure === undefined; i++) {
    const label = reader.peekMajor() === MAJOR.text ? reader.readText() : reader.readInteger();
    if (readField(reader, label, draft)) continue;
    unknown ??= new Set();
    if (unknown.has(label)) reader.fail("CBOR_DUPLICATE_KEY");
    unknown.add(label);
    readValue(reader, CBOR_DEPTH_MAX);
  }
}

function readHeaderField(reader: CborReader, label: CborKey, draft: Draft): boolean {
  switch (label) {
    case 1:
      once(reader, draft.algorithm === undefined);
      if (reader.peekMajor() === MAJOR.text) reader.fail("FRAME_ALGORITHM");
      draft.algorithm = reader.readInteger();
      return true;
    case 2:
      reader.fail("FRAME_CRITICAL_HEADER");
      return true;
    case 3:
      once(reader, draft.contentType === undefined);
      if (reader.peekMajor() !== MAJOR.text) reader.fail("FRAME_CONTENT_TYPE");
      draft.contentType = reader.readRepeatedText();
      return true;
    case 4:
      once(reader, draft.kid === undefined);
      draft.kid = reader.readBytes();
      return true;
    case 15:
      once(reader, !draft.hasClaims);
      draft.hasClaims = true;
      readFields(reader, draft, readClaim);
      return true;
    default:
      return readChainField(reader, label, draft);
  }
}

function readChainField(reader: CborReader, label: CborKey, draft: Draft): boolean {
  switch (label) {
    case LABEL.boot:
      once(reader, draft.boot === undefined);
      draft.boot = reader.readUnsigned();
      return true;
    case LABEL.sequence:
      once(reader, draft.sequence === undefined);
      draft.sequence = reader.readUnsigned();
      return true;
    case LABEL.previous:
      once(reader, draft.previous === undefined);
      draft.previous = reader.readBytes();
      return true;
    case LABEL.signalTable:
      once(reader, draft.signalTable === undefined);
      draft.signalTable = reader.readBytes();
      return true;
    default:
      return false;
  }
}

function readClaim(reader: CborReader, label: CborKey, draft: Draft): boolean {
  switch (label) {
    case 1:
      once(reader, draft.issuer === undefined);
      draft.issuer = reader.readRepeatedText();
      return true;
    case 2:
      once(reader, draft.device === undefined);
      draft.device = reader.readRepeatedText();
      return true;
    case 3:
      once(reader, draft.site === undefined);
      draft.site = reader.readRepeatedText();
      return true;
    case 6:
      once(reader, draft.issuedAtMs === undefined);
      draft.issuedAtMs = Math.round(reader.readNumber() * 1000);
      return true;
    case 7:
      once(reader, draft.salt === undefined);
      draft.salt = reader.readBytes();
      return true;
    default:
      return false;
  }
}

function once(reader: CborReader, first: boolean): void {
  if (!first) reader.fail("CBOR_DUPLICATE_KEY");
}

function checked(draft: Draft): FrameHeader | FrameRefusal {
  const { algorithm, contentType, kid, issuer, site, issuedAtMs, salt, boot, sequence, previous, signalTable } = draft;
  if (algorithm === undefined) return missing("algorithm (1)");
  if (curveOf(algorithm) === undefined) return refuseFrame("FRAME_ALGORITHM", `It says ${algorithm}.`);
  if (contentType === undefined) return missing("content type (3)");
  if (kid === undefined) return missing("kid (4)");
  if (issuer === undefined || site === undefined || issuedAtMs === undefined || salt === undefined) {
    return missing("one of the claims iss, aud, iat, cti (15)");
  }
  if (boot === undefined || sequence === undefined) return missing("boot counter or sequence");
  if (previous === undefined || signalTable === undefined) return missing("previous or signal-table digest");
  const device = draft.device ?? issuer;
  if (!isId(issuer) || !isId(device) || !isId(site)) return invalid("iss, sub or aud");
  if (!(issuedAtMs >= 0 && issuedAtMs <= Number.MAX_SAFE_INTEGER)) return invalid("iat");
  if (kid.length !== KID_BYTES || salt.length !== CTI_BYTES) return invalid("kid or cti");
  if (previous.length !== DIGEST_BYTES || signalTable.length !== DIGEST_BYTES) return invalid("a digest");
  return {
    algorithm: algorithm as CoseAlgorithm,
    contentType,
    kid,
    issuer,
    device,
    site,
    issuedAtMs,
    salt,
    boot,
    sequence,
    previous,
    signalTable,
  };
}

/** 1 to 128 printable ASCII characters without space: safe in logs and on terminals. */
function isId(text: string): boolean {
  if (text.length === 0 || text.length > ID_BYTES_MAX) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}

function missing(field: string): FrameRefusal {
  return refuseFrame("FRAME_HEADER_MISSING", `It is ${field}.`);
}

function invalid(field: string): FrameRefusal {
  return refuseFrame("FRAME_HEADER_INVALID", `It is ${field}.`);
}
