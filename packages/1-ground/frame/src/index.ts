/** The signed frame: COSE_Sign1, two payload profiles, digests and the one verification rule. */
export { generateSigner, signerFromPem, signerFromSeed } from "#sign";
export { type CoseAlgorithm, type Curve, curveOf, SIGNATURE_BYTES, usualAlgorithm } from "./algorithm.ts";
export { type CborKey, type CborValue, decodeCbor, encodeCbor } from "./cbor-value.ts";
export { COLUMNS_TYPE, type ColumnsOptions, decodeColumns, encodeColumns } from "./columns.ts";
export {
  type EncodedFrame,
  encodeFrame,
  FRAME_BYTES_MAX,
  frameDigest,
  type ParsedFrame,
  parseFrame,
} from "./frame.ts";
export { CTI_BYTES, DIGEST_BYTES, type FrameHeader, SEQUENCE_MAX, ZERO_DIGEST } from "./header.ts";
export { decodePayload, encodeSenmlFor } from "./payload.ts";
export { possessionStatement } from "./possession.ts";
export {
  checkPublicKey,
  type FramePublicKey,
  KID_BYTES,
  kidOf,
  publicKeyFromSpki,
  registeredKey,
  spkiOf,
  spkiPemOf,
} from "./public-key.ts";
export { FRAME_REFUSALS, type FrameRefusal, type FrameRefusalCode } from "./refusals.ts";
export { decodeSenml, SENML_TYPE, type SenmlPack } from "./senml.ts";
export { encodeSenml } from "./senml-encode.ts";
export {
  decodeSignalTable,
  encodeSignalTable,
  type SignalTable,
  type SignalTableRow,
  TABLE_SIGNALS_MAX,
} from "./signal-table.ts";
export { verifyFrame, verifySignature } from "./signature.ts";
export type { Signer } from "./signer.ts";
