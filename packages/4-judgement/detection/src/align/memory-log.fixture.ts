/** A log in memory for tests: entries, bodies and states, and groups that can be lost as a crash loses them. */
import type { AtomicGroup, EntryDraft, LogEntry, LogReader } from "@twinward/evidence";
import {
  COLUMNS_TYPE,
  encodeColumns,
  encodeFrame,
  encodeSignalTable,
  type SignalTable,
  type Signer,
  signerFromSeed,
  ZERO_DIGEST,
} from "@twinward/frame";
import { blockOf, type Reading } from "@twinward/kernel";
import type { Site } from "@twinward/plant";

interface Stored {
  readonly entry: LogEntry;
  body: Uint8Array | "erased" | undefined;
}

export class MemoryLog implements LogReader {
  readonly origin = "twinward.example/test-site/00000000";
  readonly verifierKey = "";
  readonly #stored: Stored[] = [];
  readonly #states = new Map<string, Uint8Array>();

  append(draft: EntryDraft, atMs: number): number {
    const index = this.#stored.length;
    const { kind, facts, frame, body } = draft;
    this.#stored.push({ entry: { index, kind, atMs, facts, bytes: new Uint8Array(), frame }, body });
    return index;
  }

  appendAll(group: AtomicGroup, atMs: number): void {
    for (const draft of group.drafts) this.append(draft, atMs);
    for (const [name, state] of Object.entries(group.states ?? {})) this.#states.set(name, state);
  }

  erase(index: number): void {
    const stored = this.#stored[index];
    if (stored !== undefined) stored.body = "erased";
  }

  replaceBody(index: number, body: Uint8Array): void {
    const stored = this.#stored[index];
    if (stored !== undefined) stored.body = body;
  }

  size(): number {
    return this.#stored.length;
  }

  entry(index: number): LogEntry | undefined {
    return this.#stored[index]?.entry;
  }

  entries(from: number, limit: number, kinds?: readonly string[]): LogEntry[] {
    const wanted = this.#stored.slice(from).map((stored) => stored.entry);
    return wanted.filter((entry) => kinds === undefined || kinds.includes(entry.kind)).slice(0, limit);
  }

  body(index: number): Uint8Array | "erased" | undefined {
    return this.#stored[index]?.body;
  }

  state(name: string): Uint8Array | undefined {
    return this.#states.get(name);
  }

  checkpoint = (): string => "";
  frameAt = (): undefined => undefined;
  frameByDigest = (): undefined => undefined;
  lastFrame = (): undefined => undefined;
  proof = (): string => "";
  close(): void {}
}

/** A device that signs real frames. */
export class SigningDevice {
  readonly table: SignalTable;
  readonly #id: string;
  readonly #site: Site;
  readonly #signer: Signer;
  #sequence = 0;
  #previous: Uint8Array = ZERO_DIGEST;

  constructor(site: Site, id: string, seed: number) {
    this.#site = site;
    this.#id = id;
    this.#signer = signerFromSeed(new Uint8Array(32).fill(seed));
    const signals = site.devices.find((device) => device.id === id)?.signals ?? [];
    this.table = encodeSignalTable(
      id,
      signals.map((name) => [name, "m"]),
    );
  }

  tableDraft(): EntryDraft {
    return { kind: "signal-table", facts: { device: this.#id, digest: this.table.digest }, body: this.table.bytes };
  }

  frameDraft(readings: readonly Reading[]): EntryDraft {
    const sequence = this.#sequence++;
    const previous = this.#previous;
    const header = {
      algorithm: this.#signer.algorithm,
      contentType: COLUMNS_TYPE,
      kid: this.#signer.publicKey.kid,
      issuer: this.#id,
      device: this.#id,
      site: this.#site.id,
      issuedAtMs: readings[0]?.timeMs ?? 0,
      salt: new Uint8Array(16).fill(sequence),
      boot: 0,
      sequence,
      previous,
      signalTable: this.table.digest,
    };
    const { bytes, digest } = encodeFrame(header, encodeColumns(blockOf(readings), this.table.names), this.#signer);
    this.#previous = digest;
    const frame = { device: this.#id, boot: 0, sequence, digest, previous };
    const facts = { device: this.#id, boot: 0, seq: sequence, digest, prev: previous, signedAt: header.issuedAtMs };
    return { kind: "frame", facts, body: bytes, frame };
  }
}
