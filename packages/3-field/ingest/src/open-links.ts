/**
 * Open links of all devices: which predecessors are we still waiting for, also after a restart?
 *
 * The log shows each of them, but reading it whole at every start would take minutes. So the state `ingest` of the log
 * holds them as of some entry, and start reads on from there, at most START_SCAN_ENTRIES_MAX entries. Only health and
 * warnings rest on this list; duplicates and forks are always asked of the log itself.
 */
import type { EvidenceLog, LogEntry } from "@twinward/evidence";
import { type CborValue, decodeCbor, encodeCbor } from "@twinward/frame";
import { fromHex, isRefusal } from "@twinward/kernel";
import type { DeviceWatch } from "./device-watch.ts";
import { SAVE_EVERY_ENTRIES, START_SCAN_ENTRIES_MAX } from "./limits.ts";

const STATE = "ingest";
const BATCH = 1000;

export interface OverdueLink {
  readonly device: string;
  readonly text: string;
}

export class OpenLinks {
  readonly #log: EvidenceLog;
  readonly #watches: ReadonlyMap<string, DeviceWatch>;
  readonly #told = new Set<string>();
  #savedSize: number;

  constructor(log: EvidenceLog, watches: ReadonlyMap<string, DeviceWatch>) {
    this.#log = log;
    this.#watches = watches;
    this.#savedSize = this.#restore();
    const from = Math.max(this.#savedSize, log.size() - START_SCAN_ENTRIES_MAX);
    this.#scan(from);
  }

  /** Links open for longer than `openMsMax`, each told once. */
  overdue(nowMs: number, openMsMax: number): OverdueLink[] {
    const found: OverdueLink[] = [];
    const open = new Set<string>();
    for (const { device, chain } of this.#watches.values()) {
      for (const [missing, link] of chain.openLinks) {
        open.add(missing);
        if (nowMs - link.sinceMs <= openMsMax || this.#told.has(missing)) continue;
        this.#told.add(missing);
        found.push({ device, text: `the frame before boot ${link.boot}, sequence ${link.sequence} never came` });
      }
    }
    for (const missing of this.#told) if (!open.has(missing)) this.#told.delete(missing);
    return found;
  }

  async saveWhenDue(): Promise<void> {
    if (this.#log.size() - this.#savedSize >= SAVE_EVERY_ENTRIES) await this.save();
  }

  async save(): Promise<void> {
    // The size first: frames that become durable while we write are read again at start, which does no harm.
    const size = this.#log.size();
    const links = [...this.#watches.values()].flatMap(({ device, chain }) =>
      [...chain.openLinks].map(([missing, { boot, sequence, sinceMs }]) => [
        device,
        fromHex(missing) ?? new Uint8Array(0),
        boot,
        sequence,
        sinceMs,
      ]),
    );
    await this.#log.appendAll({ drafts: [], states: { [STATE]: encodeCbor([size, links]) } });
    this.#savedSize = size;
  }

  /** Answers from which entry on the log must be read. */
  #restore(): number {
    const state = this.#log.state(STATE);
    const value = state === undefined ? undefined : decodeCbor(state);
    if (value === undefined || isRefusal(value) || !Array.isArray(value)) return 0;
    const [size, links] = value as [number, readonly CborValue[]];
    for (const link of links) this.#restoreOne(link);
    return size;
  }

  #restoreOne(link: CborValue): void {
    const [device, missing, boot, sequence, sinceMs] = link as [string, Uint8Array, number, number, number];
    this.#watches.get(device)?.chain.restoreLink(missing, { boot, sequence, sinceMs });
  }

  #scan(start: number): void {
    const newest = new Map<string, Uint8Array>();
    for (let from = start; ; ) {
      const entries = this.#log.entries(from, BATCH, ["frame"]);
      for (const entry of entries) this.#learn(entry, newest);
      const last = entries.at(-1);
      if (last === undefined) return;
      from = last.index + 1;
    }
  }

  #learn({ frame, atMs }: LogEntry, newest: Map<string, Uint8Array>): void {
    const chain = frame === undefined ? undefined : this.#watches.get(frame.device)?.chain;
    if (frame === undefined || chain === undefined) return;
    const before = newest.get(frame.device);
    newest.set(frame.device, frame.digest);
    // Most frames follow the one read just before: no need to ask the database.
    const follows = before !== undefined && Buffer.compare(before, frame.previous) === 0;
    chain.learn(frame, !follows && chain.isOpen(frame), atMs);
  }
}
