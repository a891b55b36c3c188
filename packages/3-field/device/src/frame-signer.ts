/**
 * Signing at birth: each block of readings gets its place in the device's chain and a signature.
 *
 * The chain lives here in memory. What must survive a crash (boot counter, digest of the last frame) is kept by the
 * outbox: a frame is durable there before it is sent, so a chain that goes on from the last durable frame never forks.
 */
import { randomBytes as systemRandomBytes } from "node:crypto";
import {
  COLUMNS_TYPE,
  CTI_BYTES,
  type EncodedFrame,
  encodeColumns,
  encodeFrame,
  encodeSenmlFor,
  SENML_TYPE,
  type SignalTable,
  type Signer,
} from "@twinward/frame";
import { assert, type Clock, type ReadingBlock, systemClock } from "@twinward/kernel";

/** Where a boot begins. */
export interface ChainStart {
  /** Higher than any boot before it, and durable before its first frame is signed. */
  readonly boot: number;
  /** Digest of the last frame of the boot before; 32 zero bytes when there is none. */
  readonly previous: Uint8Array;
}

export type Profile = "columns" | "senml";

export interface FrameSignerOptions {
  readonly signer: Signer;
  /** Whose readings; differs from `issuer` when a gateway signs. */
  readonly device: string;
  /** Default: the device. */
  readonly issuer?: string;
  readonly site: string;
  readonly table: SignalTable;
  readonly chain: ChainStart;
  /** Default `columns`. */
  readonly profile?: Profile;
  readonly clock?: Clock;
  /** Salt of each frame: the operating system's, except in simulations. */
  readonly randomBytes?: (length: number) => Uint8Array;
}

export class FrameSigner {
  readonly #options: FrameSignerOptions;
  readonly #clock: Clock;
  readonly #randomBytes: (length: number) => Uint8Array;
  #sequence = 0;
  #previous: Uint8Array;

  constructor(options: FrameSignerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#randomBytes = options.randomBytes ?? systemRandomBytes;
    this.#previous = options.chain.previous;
  }

  /** The sequence that the next frame gets. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Signs the next frame of the chain. All signals of the block must be in the signal table. */
  sign(block: ReadingBlock): EncodedFrame {
    const { signer, device, issuer = device, site, table, chain, profile = "columns" } = this.#options;
    const salt = this.#randomBytes(CTI_BYTES);
    assert(salt.length === CTI_BYTES, "the salt has 16 bytes");
    const header = {
      algorithm: signer.algorithm,
      contentType: profile === "columns" ? COLUMNS_TYPE : SENML_TYPE,
      kid: signer.publicKey.kid,
      issuer,
      device,
      site,
      issuedAtMs: this.#clock.nowMs(),
      salt,
      boot: chain.boot,
      sequence: this.#sequence,
      previous: this.#previous,
      signalTable: table.digest,
    };
    const payload = profile === "columns" ? encodeColumns(block, table.names) : encodeSenmlFor(block, table);
    const frame = encodeFrame(header, payload, signer);
    this.#sequence += 1;
    this.#previous = frame.digest;
    return frame;
  }
}
