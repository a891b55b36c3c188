/** A signer: the power to sign with one key. Where the private key lies is its own business. */
import type { CoseAlgorithm } from "./algorithm.ts";
import type { FramePublicKey } from "./public-key.ts";

export interface Signer {
  readonly publicKey: FramePublicKey;
  /** The COSE number written into frames. */
  readonly algorithm: CoseAlgorithm;
  /** 64 bytes: Ed25519 over `message`, or ECDSA P-256 with SHA-256 as r || s. */
  sign(message: Uint8Array): Uint8Array;
}
