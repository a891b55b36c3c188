/** A log in memory, for tests. */
import type {
  AtomicGroup,
  EntryDraft,
  EntryKind,
  EvidenceLog,
  FrameConflict,
  FrameKey,
  LogEntry,
  Receipt,
} from "@twinward/evidence";
import type { Clock } from "@twinward/kernel";

export interface Quarantined {
  readonly source: string;
  readonly code: string;
}

export class MemoryLog implements EvidenceLog {
  readonly origin = "twinward.example/test/0011223344556677";
  readonly verifierKey = `${this.origin}+00000000+AAAA`;
  readonly quarantined: Quarantined[] = [];
  readonly #clock: Clock;
  readonly all: { entry: LogEntry; body: Uint8Array | undefined }[] = [];
  readonly #states = new Map<string, Uint8Array>();
  failing: Error | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }
  size(): number {
    return this.all.length;
  }
  checkpoint(): string {
    return `${this.origin}\n${this.size()}\n`;
  }
  entry(index: number): LogEntry | undefined {
    return this.all[index]?.entry;
  }
  entries(from: number, limit: number, kinds?: readonly EntryKind[]): LogEntry[] {
    const found = this.all.slice(from).map(({ entry }) => entry);
    return found.filter((entry) => kinds === undefined || kinds.includes(entry.kind)).slice(0, limit);
  }
  body(index: number): Uint8Array | undefined {
    return this.all[index]?.body;
  }
  frameAt(device: string, boot: number, sequence: number): LogEntry | undefined {
    return this.#frame((f) => f.device === device && f.boot === boot && f.sequence === sequence);
  }
  frameByDigest(digest: Uint8Array): LogEntry | undefined {
    return this.#frame((frame) => Buffer.compare(frame.digest, digest) === 0);
  }
  lastFrame(device: string): FrameKey | undefined {
    const own = this.all.flatMap(({ entry }) => (entry.frame?.device === device ? [entry.frame] : []));
    return own.sort((a, b) => b.boot - a.boot || b.sequence - a.sequence)[0];
  }
  proof(index: number): string {
    return `c2sp.org/tlog-proof@v1\nindex ${index}\n`;
  }
  state(name: string): Uint8Array | undefined {
    return this.#states.get(name);
  }
  close(): void {}
  async append(draft: EntryDraft): Promise<Receipt | FrameConflict> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failing !== undefined) throw this.failing;
    const { frame } = draft;
    const existing = frame && this.frameAt(frame.device, frame.boot, frame.sequence);
    if (frame === undefined || existing?.frame === undefined) return this.#put(draft);
    const same = Buffer.compare(existing.frame.digest, frame.digest) === 0;
    return { conflict: same ? "duplicate" : "fork", existing: this.#receipt(existing) };
  }
  async appendAll(group: AtomicGroup): Promise<Receipt[]> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failing !== undefined) throw this.failing;
    for (const [name, state] of Object.entries(group.states ?? {})) this.#states.set(name, state);
    return group.drafts.map((draft) => this.#put(draft));
  }
  quarantine(source: string, code: string): void {
    this.quarantined.push({ source, code });
  }
  async stop(): Promise<void> {}
  #put(draft: EntryDraft): Receipt {
    const { kind, facts, frame } = draft;
    const index = this.all.length;
    const entry = { index, kind, atMs: this.#clock.nowMs(), facts, bytes: new Uint8Array([index & 255]), frame };
    this.all.push({ entry, body: draft.body });
    return this.#receipt(entry);
  }
  #receipt({ index, bytes }: LogEntry): Receipt {
    return { index, bytes, proof: () => this.proof(index) };
  }
  #frame(matches: (frame: FrameKey) => boolean): LogEntry | undefined {
    return this.all.find(({ entry }) => entry.frame !== undefined && matches(entry.frame))?.entry;
  }
}
