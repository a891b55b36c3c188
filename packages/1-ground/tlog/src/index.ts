/** The transparency log without I/O: Merkle tree, proofs, tiles, signed notes and checkpoints. Runs in browsers. */
export {
  type Checkpoint,
  formatCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  parseCount,
} from "./checkpoint.ts";
export { EMPTY_ROOT, HASH_BYTES, leafHash, nodeHash } from "./hash.ts";
export {
  type Ed25519Verify,
  NOTE_CHARACTERS_MAX,
  type NoteSignature,
  type NoteSigner,
  type OpenedNote,
  openNote,
  parseNote,
  signNote,
} from "./note.ts";
export { formatProof, type OpenedProof, openProof, PROOF_CHARACTERS_MAX, type Proof, parseProof } from "./proof.ts";
export { TLOG_REFUSALS, type TlogRefusal, type TlogRefusalCode } from "./refusals.ts";
export {
  bundlePath,
  encodeBundle,
  parseBundle,
  parseTile,
  parseTilePath,
  TILE_HEIGHT,
  TILE_WIDTH,
  type TileId,
  tilePath,
  tilesFilledBetween,
  tilesOf,
} from "./tile.ts";
export { MerkleTree, type OlderHashes } from "./tree.ts";
export {
  formatVerifierKey,
  isKeyName,
  parseVerifierKey,
  parseVerifierKeys,
  SIGNATURE_TYPE,
  type SignatureType,
  sameVerifierKey,
  type VerifierKey,
  verifierKeyOf,
} from "./verifier-key.ts";
export { type ConsistencyClaim, type InclusionClaim, verifyConsistency, verifyInclusion } from "./verify.ts";
