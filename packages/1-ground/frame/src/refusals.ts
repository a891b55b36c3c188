/**
 * Every code this package refuses with. A code is a promise: it keeps its meaning for ever, has one line in
 * docs/formats/frame.md and docs/refusals.md, and is never reused.
 */
import { type Party, type Refusal, refuse } from "@twinward/kernel";

export const FRAME_REFUSALS = {
  FRAME_TOO_BIG: "The frame is longer than 1 MiB.",
  CBOR_TRUNCATED: "The CBOR ends in the middle of an item.",
  CBOR_INVALID: "The bytes are not well-formed CBOR, or a text is not UTF-8.",
  CBOR_INDEFINITE: "An item of indefinite length; only definite lengths are allowed.",
  CBOR_DUPLICATE_KEY: "A map holds the same key twice.",
  CBOR_TRAILING_BYTES: "Bytes follow the end of the item.",
  CBOR_TOO_DEEP: "Items are nested deeper than the limit.",
  CBOR_TOO_MANY: "A map or an array holds more items than the limit.",
  CBOR_INTEGER_RANGE: "An integer lies outside ±(2^53 - 1).",
  CBOR_UNEXPECTED_TYPE: "An item has another type than the format demands.",
  FRAME_NOT_SIGN1: "The message is not a COSE_Sign1 with tag 18.",
  FRAME_UNPROTECTED_HEADER: "The unprotected header is not empty.",
  FRAME_PAYLOAD_MISSING: "The payload is absent (detached) or empty.",
  FRAME_SIGNATURE_LENGTH: "The signature is not 64 bytes long.",
  FRAME_HEADER_MISSING: "The protected header lacks a field that the profile demands.",
  FRAME_HEADER_INVALID: "A field of the protected header has a wrong type, length or range.",
  FRAME_CRITICAL_HEADER: "The protected header has a `crit` field; the profile knows none.",
  FRAME_ALGORITHM: "The signature algorithm is not one of -19, -8, -9, -7.",
  FRAME_CONTENT_TYPE: "The content type is neither of the two payload profiles.",
  FRAME_KEY_MISMATCH: "The frame names another key or algorithm than the registered one.",
  FRAME_SIGNATURE_INVALID: "The signature does not verify under the one verification rule.",
  KEY_INVALID: "The public key is not a canonical point of its curve.",
  KEY_WEAK: "The Ed25519 public key is not in the prime-order group.",
  READINGS_COUNT: "The frame carries no reading or more than 10,000.",
  READING_NOT_FINITE: "A value or a time is NaN or infinite.",
  READING_TIME_RANGE: "An event time lies outside 2^28 seconds to 2^53 - 1 milliseconds.",
  READING_QUALITY: "A quality is not one of the listed ones.",
  SENML_VERSION: "The SenML version is above 10 or differs between records.",
  SENML_LABEL: "A SenML record holds a label that must be understood and is not.",
  SENML_NAME: "A SenML name is missing, too long or has characters RFC 8428 does not allow.",
  SENML_UNIT: "The same signal carries two different units in one pack.",
  SENML_VALUE: "A SenML record has no numeric or boolean value, or more than one.",
  SENML_TIME_RELATIVE: "A SenML time is relative; times must be absolute (2^28 or more).",
  COLUMNS_FIELD: "A field of the column profile is missing, unknown or of a wrong array type.",
  COLUMNS_LENGTH: "The columns have different lengths.",
  SIGNAL_UNKNOWN: "A signal name or number is not in the signal table.",
  SIGNAL_UNIT: "A unit is not the one of the signal table.",
  TABLE_INVALID: "The signal table is not the deterministic CBOR that the format demands.",
} as const;

export type FrameRefusalCode = keyof typeof FRAME_REFUSALS;
export type FrameRefusal = Refusal<FrameRefusalCode>;

/** A refusal of this package. The sender has to change something unless `party` says otherwise. */
export function refuseFrame(code: FrameRefusalCode, detail = "", party: Party = "sender"): FrameRefusal {
  return refuse(code, party, detail === "" ? FRAME_REFUSALS[code] : `${FRAME_REFUSALS[code]} ${detail}`);
}
