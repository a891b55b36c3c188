/**
 * What somebody tries at the door who has recorded frames, keys of their own, another device's key or even this device's
 * key: each attempt with the codes under which it may be refused.
 */
import {
  COLUMNS_TYPE,
  CTI_BYTES,
  encodeColumns,
  encodeFrame,
  encodeSignalTable,
  type FrameHeader,
  type SignalTable,
  type Signer,
  signerFromSeed,
  ZERO_DIGEST,
} from "@twinward/frame";
import { blockOf, type Chance } from "@twinward/kernel";
import type { Site } from "@twinward/plant";

export interface Recorded {
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
  readonly sequence: number;
}

/** A device of the site that signs honestly unless told otherwise. */
export class TrialSigner {
  readonly id: string;
  readonly signer: Signer;
  readonly table: SignalTable;
  readonly recorded: Recorded[] = [];
  readonly #site: Site;
  readonly #chance: Chance;

  constructor(site: Site, id: string, chance: Chance) {
    const unitOf = new Map(site.signals.map((signal) => [signal.id, signal.unit]));
    const own = site.devices.find((device) => device.id === id)?.signals ?? [];
    this.#site = site;
    this.#chance = chance;
    this.id = id;
    this.signer = signerFromSeed(chance.bytes(32));
    this.table = encodeSignalTable(
      id,
      own.map((name) => [name, unitOf.get(name) ?? "1"]),
    );
  }

  /** The next frame of the chain. */
  next(timeMs: number): Recorded {
    const { sequence, digest } = this.recorded.at(-1) ?? { sequence: -1, digest: ZERO_DIGEST };
    const frame = this.frame(timeMs, { sequence: sequence + 1, previous: digest });
    const recorded = { ...frame, sequence: sequence + 1 };
    this.recorded.push(recorded);
    return recorded;
  }

  frame(timeMs: number, change: Partial<FrameHeader>, signer = this.signer, value = 40) {
    const readings = this.table.names.map((signal) => ({ signal, timeMs, value, quality: 0 }));
    const header: FrameHeader = {
      algorithm: signer.algorithm,
      contentType: COLUMNS_TYPE,
      kid: signer.publicKey.kid,
      issuer: this.id,
      device: this.id,
      site: this.#site.id,
      issuedAtMs: timeMs,
      salt: this.#chance.bytes(CTI_BYTES),
      boot: 1,
      sequence: (this.recorded.at(-1)?.sequence ?? -1) + 1,
      previous: this.recorded.at(-1)?.digest ?? ZERO_DIGEST,
      signalTable: this.table.digest,
      ...change,
    };
    return encodeFrame(header, encodeColumns(blockOf(readings), this.table.names), signer);
  }
}

export interface Cast {
  readonly victim: TrialSigner;
  readonly other: TrialSigner;
  /** The victim's key before its last enrolment. */
  readonly retired: Signer;
  readonly revoked: TrialSigner;
  readonly nowMs: number;
  readonly aheadMsMax: number;
  readonly chance: Chance;
}

export interface Attempt {
  readonly codes: readonly string[];
  make(cast: Cast): Uint8Array;
}

const SIGNATURE_BYTES = 64;
/** The order of the Ed25519 group, little-endian: added to S it makes another signature that loose verifiers take. */
const GROUP_ORDER = Buffer.from("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", "hex");
const ALGORITHM_LABEL = 0x01;
const MINUS_19 = 0x32;
const OTHER_ALGORITHMS = [0x26, 0x27, 0x28, 0x20, 0x05, 0x38, 0x00, 0xf6];
const CBOR_FAULTS = ["CBOR_TRUNCATED", "CBOR_INVALID", "FRAME_NOT_SIGN1"];

const below = (bound: number, chance: Chance) => Math.floor(chance.uniform() * bound);
const any = ({ victim, chance }: Cast): Recorded => victim.recorded[below(victim.recorded.length, chance)] as Recorded;
const newest = ({ victim }: Cast): Recorded => victim.recorded.at(-1) as Recorded;

function flipped(bytes: Uint8Array, place: number, chance: Chance): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[place] = (copy[place] ?? 0) ^ (1 << below(8, chance));
  return copy;
}

export const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  "a bit of the signature": {
    codes: ["FRAME_SIGNATURE_INVALID"],
    make: (cast) => {
      const { bytes } = any(cast);
      return flipped(bytes, bytes.length - 1 - below(SIGNATURE_BYTES, cast.chance), cast.chance);
    },
  },
  "a bit anywhere": {
    codes: [],
    make: (cast) => {
      const { bytes } = any(cast);
      return flipped(bytes, below(bytes.length, cast.chance), cast.chance);
    },
  },
  "own key under the stolen key id": {
    codes: ["FRAME_SIGNATURE_INVALID"],
    make: ({ victim, nowMs, chance }) => {
      const kid = victim.signer.publicKey.kid;
      return victim.frame(nowMs, { kid }, signerFromSeed(chance.bytes(32))).bytes;
    },
  },
  "own key, honestly named": {
    codes: ["KEY_UNKNOWN"],
    make: ({ victim, nowMs, chance }) => victim.frame(nowMs, {}, signerFromSeed(chance.bytes(32))).bytes,
  },
  "another device's key in this device's name": {
    codes: ["ISSUER_WRONG"],
    make: ({ victim, other, nowMs }) => victim.frame(nowMs, {}, other.signer).bytes,
  },
  "another device as gateway": {
    codes: ["DEVICE_FOREIGN"],
    make: ({ victim, other, nowMs }) => victim.frame(nowMs, { issuer: other.id }, other.signer).bytes,
  },
  "a retired key": {
    codes: ["KEY_RETIRED"],
    make: ({ victim, retired, nowMs }) => victim.frame(nowMs, {}, retired).bytes,
  },
  "a revoked device": { codes: ["DEVICE_REVOKED"], make: ({ revoked, nowMs }) => revoked.frame(nowMs, {}).bytes },
  "another site": {
    codes: ["AUDIENCE_WRONG"],
    make: ({ victim, nowMs, chance }) => victim.frame(nowMs, { site: `net${below(9, chance) + 2}` }).bytes,
  },
  "its sequence used again": {
    codes: ["FRAME_FORK"],
    make: (cast) => {
      const { sequence } = any(cast);
      const previous = cast.victim.recorded[sequence - 1]?.digest ?? ZERO_DIGEST;
      return cast.victim.frame(cast.nowMs, { sequence, previous }, cast.victim.signer, 41).bytes;
    },
  },
  "a chain that does not follow": {
    codes: ["FRAME_FORK"],
    make: ({ victim, nowMs, chance }) => victim.frame(nowMs, { previous: chance.bytes(32) }).bytes,
  },
  "the signature of another frame": {
    codes: ["FRAME_SIGNATURE_INVALID"],
    make: (cast) => {
      const [to, from] = [newest(cast), cast.victim.recorded[below(cast.victim.recorded.length - 1, cast.chance)]];
      const copy = Uint8Array.from(to.bytes);
      copy.set((from as Recorded).bytes.subarray(-SIGNATURE_BYTES), copy.length - SIGNATURE_BYTES);
      return copy;
    },
  },
  "a signature with S plus the group's order": {
    codes: ["FRAME_SIGNATURE_INVALID"],
    make: (cast) => {
      const copy = Uint8Array.from(any(cast).bytes);
      let carry = 0;
      GROUP_ORDER.forEach((byte, i) => {
        const place = copy.length - SIGNATURE_BYTES / 2 + i;
        carry += (copy[place] ?? 0) + byte;
        copy[place] = carry & 255;
        carry >>= 8;
      });
      return copy;
    },
  },
  "no signature": {
    codes: ["FRAME_SIGNATURE_INVALID"],
    make: (cast) => Uint8Array.from(any(cast).bytes).fill(0, -SIGNATURE_BYTES),
  },
  "another algorithm": {
    codes: ["FRAME_ALGORITHM", "FRAME_KEY_MISMATCH", "FRAME_SIGNATURE_INVALID", ...CBOR_FAULTS],
    make: (cast) => {
      const copy = Uint8Array.from(any(cast).bytes);
      const place = copy.findIndex((byte, i) => byte === ALGORITHM_LABEL && copy[i + 1] === MINUS_19);
      copy[place + 1] = OTHER_ALGORITHMS[below(OTHER_ALGORITHMS.length, cast.chance)] ?? 0;
      return copy;
    },
  },
  "cut short": {
    codes: CBOR_FAULTS,
    make: (cast) => {
      const { bytes } = any(cast);
      return bytes.slice(0, below(bytes.length, cast.chance));
    },
  },
  "bytes behind the end": {
    codes: ["CBOR_TRAILING_BYTES"],
    make: (cast) => Uint8Array.from([...any(cast).bytes, below(256, cast.chance)]),
  },
  "another device's signal table": {
    codes: ["SIGNAL_TABLE_FOREIGN"],
    make: ({ victim, other, nowMs }) => victim.frame(nowMs, { signalTable: other.table.digest }).bytes,
  },
  "a signal table nobody has": {
    codes: ["SIGNAL_TABLE_UNKNOWN"],
    make: ({ victim, nowMs, chance }) => victim.frame(nowMs, { signalTable: chance.bytes(32) }).bytes,
  },
  "measured in the future": {
    codes: ["EVENT_TIME_AHEAD"],
    make: ({ victim, nowMs, aheadMsMax, chance }) =>
      victim.frame(nowMs + aheadMsMax + 1 + below(1e9, chance), {}).bytes,
  },
  "a value of nothing on earth": {
    codes: ["READING_ABSURD"],
    make: ({ victim, nowMs, chance }) => victim.frame(nowMs, {}, victim.signer, 1e16 * (1 + chance.uniform())).bytes,
  },
};
