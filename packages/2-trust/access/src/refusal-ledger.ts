/**
 * Refusal ledger: how do we record every "no" without letting outsiders write our log?
 *
 * One entry of kind `refusals` per (code, source) and minute: facts `code`, `origin` and `source` (RefusalSource),
 * `minuteMs`, the exact `count`, and the SHA-256 of the `first` and the `last` thing refused, as it was received. A flood therefore costs a handful of entries, and no refusal goes uncounted.
 *
 * Invariants: per minute at most DEVICE_ROWS_MAX + CLAIMED_ROWS_MAX + OUTSIDE_ROWS_MAX entries plus one `other` per code
 * and kind of source; the kinds have separate bounds, so that strangers cannot push a device's row into `other`; the sum
 * of all counts is exact while the process lives (a kill loses at most the counts since the last flush).
 */
import type { EntryDraft, EvidenceLog } from "@twinward/evidence";
import type { Clock } from "@twinward/kernel";

/** Rows per minute of sources proven by a signature or a certificate. */
export const DEVICE_ROWS_MAX = 4096;
/** Rows per minute of sources that only say which device they are: a key id is public. */
export const CLAIMED_ROWS_MAX = 256;
/** Rows per minute of everybody else. */
export const OUTSIDE_ROWS_MAX = 16;
const ROWS_MAX = { device: DEVICE_ROWS_MAX, claimed: CLAIMED_ROWS_MAX, outside: OUTSIDE_ROWS_MAX } as const;
const SOURCE_CHARACTERS_MAX = 64;
/** Stands for all sources beyond the bound; no name looks like it. */
const OTHERS = "*";
const MINUTE_MS = 60_000;

/** `device`: proven by a signature or certificate. `claimed`: says it is that device. `outside`: an address. */
export interface RefusalSource {
  readonly kind: "device" | "claimed" | "outside";
  readonly name: string;
}

export interface RefusalLedger {
  /** `digest`: SHA-256 of what was refused, when there is one. */
  count(code: string, source: RefusalSource, digest?: Uint8Array): void;
  /** Writes the minutes that are over; the running one too when `all`. Durable when it answers. */
  flush(all?: boolean): Promise<void>;
  /** Refusals per code since the start. */
  totals(): Readonly<Record<string, number>>;
}

interface RefusalRow {
  readonly code: string;
  readonly origin: RefusalSource["kind"];
  readonly source: string;
  readonly minuteMs: number;
  count: number;
  readonly first: Uint8Array | null;
  last: Uint8Array | null;
}

export class LogRefusalLedger implements RefusalLedger {
  readonly #log: Pick<EvidenceLog, "appendAll">;
  readonly #clock: Clock;
  readonly #totals = new Map<string, number>();
  #rows = new Map<string, RefusalRow>();
  #used = { device: 0, claimed: 0, outside: 0 };
  #minuteMs = Number.NEGATIVE_INFINITY;
  #over: RefusalRow[] = [];

  constructor(log: Pick<EvidenceLog, "appendAll">, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  count(code: string, source: RefusalSource, digest?: Uint8Array): void {
    this.#turnMinute();
    this.#totals.set(code, (this.#totals.get(code) ?? 0) + 1);
    const row = this.#rowOf(code, source, digest ?? null);
    row.count += 1;
    row.last = digest ?? null;
  }

  async flush(all = false): Promise<void> {
    this.#turnMinute();
    if (all) this.#closeMinute();
    const rows = this.#over;
    this.#over = [];
    if (rows.length === 0) return;
    await this.#log.appendAll({ drafts: rows.map(draftOf) }).catch((error: unknown) => {
      // A full disk may have room again: nothing is forgotten, and the rows of a minute are bounded.
      this.#over = [...rows, ...this.#over];
      throw error;
    });
  }

  totals(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#totals);
  }

  #rowOf(code: string, source: RefusalSource, digest: Uint8Array | null): RefusalRow {
    const { kind } = source;
    const name = printable(source.name);
    const known = this.#rows.get(`${code} ${kind} ${name}`);
    if (known !== undefined) return known;
    if (this.#used[kind] < ROWS_MAX[kind]) {
      this.#used[kind] += 1;
      return this.#add(code, kind, name, digest);
    }
    return this.#rows.get(`${code} ${kind} ${OTHERS}`) ?? this.#add(code, kind, OTHERS, digest);
  }

  #add(code: string, origin: RefusalSource["kind"], source: string, first: Uint8Array | null): RefusalRow {
    const row: RefusalRow = { code, origin, source, minuteMs: this.#minuteMs, count: 0, first, last: first };
    this.#rows.set(`${code} ${origin} ${source}`, row);
    return row;
  }

  #turnMinute(): void {
    const nowMs = this.#clock.nowMs();
    const minuteMs = nowMs - (nowMs % MINUTE_MS);
    // A clock that jumps back also closes the minute: rows never mix.
    if (minuteMs !== this.#minuteMs) this.#closeMinute();
    this.#minuteMs = minuteMs;
  }

  #closeMinute(): void {
    for (const row of this.#rows.values()) this.#over.push(row);
    this.#rows = new Map();
    this.#used = { device: 0, claimed: 0, outside: 0 };
  }
}

function draftOf(row: RefusalRow): EntryDraft {
  const { code, origin, source, minuteMs, count, first, last } = row;
  return { kind: "refusals", facts: { code, origin, source, minuteMs, count, first, last } };
}

/** Addresses and ids as plain characters: nothing a reader of the log, a terminal or a page could take for more. */
function printable(name: string): string {
  return name.slice(0, SOURCE_CHARACTERS_MAX).replace(/[^A-Za-z0-9._:@-]/g, "?");
}
