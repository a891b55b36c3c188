/**
 * What the next name of a device's pack will most likely be: its signal table, name by name.
 *
 * A pack that follows the table is then read without decoding, hashing or looking up a name. It is only a guess: all
 * bytes are compared, and a pack in any other order is read the long way.
 *
 * Invariant: with a guide and without, a payload decodes to the same pack or the same refusal.
 */
import { senmlUnitOf } from "@twinward/kernel";
import { isSenmlName } from "./senml-name.ts";
import type { SignalTable } from "./signal-table.ts";

const guides = new WeakMap<SignalTable, SenmlGuide>();

export class SenmlGuide {
  /** The table's names up to the first one that SenML could not carry. */
  readonly names: readonly string[];
  /** The SenML unit of each name of the table. */
  readonly units: readonly (string | undefined)[];
  readonly #bytes: Uint8Array;
  /** Where each name ends in `#bytes`. */
  readonly #ends: Uint32Array;

  constructor(table: SignalTable) {
    const unfit = table.names.findIndex((name) => !isSenmlName(name));
    this.names = unfit < 0 ? table.names : table.names.slice(0, unfit);
    this.units = table.signals.map(([, ucum]) => senmlUnitOf(ucum));
    this.#bytes = new TextEncoder().encode(this.names.join(""));
    let end = 0;
    // A SenML name is ASCII: one byte per character.
    this.#ends = Uint32Array.from(this.names, (name) => (end += name.length));
  }

  /** The name with this number, if `bytes` holds just that from `start` to `end`. */
  nameAt(number: number, bytes: Uint8Array, start: number, end: number): string | undefined {
    if (number >= this.names.length) return undefined;
    const from = number === 0 ? 0 : this.#ends[number - 1]!;
    if (this.#ends[number]! - from !== end - start) return undefined;
    for (let i = start; i < end; i++) if (bytes[i] !== this.#bytes[from + i - start]) return undefined;
    return this.names[number];
  }
}

/** Made when a device first sends SenML, and kept as long as its table. */
export function guideOf(table: SignalTable): SenmlGuide {
  let guide = guides.get(table);
  if (guide === undefined) {
    guide = new SenmlGuide(table);
    guides.set(table, guide);
  }
  return guide;
}
