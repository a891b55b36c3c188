/**
 * Signal tables: which signals may this frame speak of?
 *
 * A frame names its table by digest; the table is an entry of kind `signal-table` (facts `device` and
 * `digest`; the table is its body), so numbers never quietly change their meaning. What a table means at this site is worked out once, not per frame.
 *
 * Invariant: only tables whose entry is durable are known; the tables of the site's devices are written at start.
 */

import type { EvidenceLog } from "@twinward/evidence";
import { decodeSignalTable, encodeSignalTable, type SignalTable } from "@twinward/frame";
import { isRefusal, type ReadingBlock, TwinwardError } from "@twinward/kernel";
import type { Signal, Site } from "@twinward/plant";
import { type IngestRefusal, refuseAtDoor } from "./refusals.ts";

const BATCH = 1000;

/** A table together with what it means at this site. */
export interface KnownTable {
  readonly table: SignalTable;
  /** Why no frame with this table is accepted now; undefined when each signal is the device's, in the site's unit. */
  readonly misfit: IngestRefusal | undefined;
  /** The one classification of all its signals, or that of each by name when they differ. */
  readonly classification: string | ReadonlyMap<string, string>;
}

export class SignalTables {
  readonly #site: Site;
  readonly #signalsOf: ReadonlyMap<string, readonly Signal[]>;
  readonly #byDigest = new Map<string, KnownTable>();

  constructor(site: Site) {
    this.#site = site;
    this.#signalsOf = Map.groupBy(site.signals, (signal) => signal.device);
  }

  /** Reads the tables of the log and adds those of the site that are not in it yet. */
  async open(log: EvidenceLog): Promise<void> {
    for (let from = 0; ; ) {
      const entries = log.entries(from, BATCH, ["signal-table"]);
      for (const entry of entries) this.#learn(tableOf(log.body(entry.index), entry.index));
      const last = entries.at(-1);
      if (last === undefined) break;
      from = last.index + 1;
    }
    const missing = this.#siteTables().filter((table) => this.byDigest(table.digest) === undefined);
    if (missing.length === 0) return;
    await log.appendAll({
      drafts: missing.map(({ device, digest, bytes }) => ({
        kind: "signal-table",
        facts: { device, digest },
        body: bytes,
      })),
    });
    for (const table of missing) this.#learn(table);
  }

  byDigest(digest: Uint8Array): KnownTable | undefined {
    return this.#byDigest.get(keyOf(digest));
  }

  #siteTables(): SignalTable[] {
    const unitOf = new Map(this.#site.signals.map((signal) => [signal.id, signal.unit]));
    return this.#site.devices.map((device) =>
      encodeSignalTable(
        device.id,
        device.signals.map((id) => [id, unitOf.get(id) ?? ""]),
      ),
    );
  }

  #learn(table: SignalTable): void {
    const own = new Map((this.#signalsOf.get(table.device) ?? []).map((signal) => [signal.id, signal]));
    const foreign = table.signals.find(([name, unit]) => own.get(name)?.unit !== unit);
    const classificationOf = new Map(table.names.map((name) => [name, String(own.get(name)?.classification)]));
    const [only, ...others] = new Set(classificationOf.values());
    this.#byDigest.set(keyOf(table.digest), {
      table,
      misfit: foreign === undefined ? undefined : refuseAtDoor("SIGNAL_FOREIGN", `It is ${foreign[0]}.`),
      classification: only === undefined || others.length > 0 ? classificationOf : only,
    });
  }
}

/** The one classification of the signals that occur in the block. */
export function classificationOf({ classification }: KnownTable, block: ReadingBlock): string | IngestRefusal {
  if (typeof classification === "string") return classification;
  const kinds = new Set(block.names.map((name) => classification.get(name)));
  const [only] = kinds;
  return kinds.size === 1 && only !== undefined ? only : refuseAtDoor("CLASSIFICATION_MIXED");
}

function tableOf(bytes: unknown, index: number): SignalTable {
  const table = bytes instanceof Uint8Array ? decodeSignalTable(bytes) : undefined;
  if (table !== undefined && !isRefusal(table)) return table;
  throw new TwinwardError("INGEST_LOG_DAMAGED", `entry ${index} (signal-table) holds no signal table`, {
    remedy: "run `twinward evidence verify` on the data folder",
  });
}

function keyOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString("latin1");
}
