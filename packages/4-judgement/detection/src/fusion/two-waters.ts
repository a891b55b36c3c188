/**
 * One water twin run on two accounts of the plant: as measured, and with the distrusted signals left out.
 *
 * Alarms are decided by the first, so that an alarm ends when its evidence ends and a wrong accusation cannot keep
 * itself alive. Estimates come from the second, so that a lie is not believed. While nobody is distrusted both are the
 * same and cost one solve.
 */
import { fromBase64, toBase64 } from "@twinward/kernel";
import { trustedMask } from "./hearing.ts";
import type { WaterQuestion, WaterSays, WaterWitness } from "./water-witness.ts";

const NOBODY: ReadonlySet<number> = new Set();

/** State between rows: base64 of the twin's snapshots, and the last row as measured. */
export interface TwoWatersState {
  readonly after: string;
  readonly apart: string | null;
  readonly values: readonly number[] | null;
}

export class TwoWaters {
  readonly #witness: WaterWitness;
  /** State before the current row on the account without the distrusted; undefined while both are the same. */
  #apart: Uint8Array | undefined;
  /** State before the current row and after it, as measured. */
  #before: Uint8Array;
  #after: Uint8Array;
  /** Values of the row before the current one, and of the current one, as measured. */
  #valuesBefore: Float64Array | undefined;
  #values: Float64Array | undefined;

  constructor(witness: WaterWitness) {
    this.#witness = witness;
    this.#before = witness.snapshot();
    this.#after = this.#before;
  }

  /** Moves the account "as measured" on by one row. */
  asMeasured(timeMs: number, values: Float64Array): WaterSays {
    this.#before = this.#after;
    this.#valuesBefore = this.#values;
    this.#values = values;
    this.#witness.restore(this.#before);
    const says = this.#witness.commit(this.#question(timeMs, values, NOBODY));
    this.#after = this.#witness.snapshot();
    return says;
  }

  /** What the twin would say of this row on the other account, with these signals left out. */
  ask(
    timeMs: number,
    values: Float64Array,
    distrusted: ReadonlySet<number>,
    freeSpeeds: readonly string[] = [],
  ): WaterSays {
    this.#witness.restore(this.#apart ?? this.#before);
    return this.#witness.ask({ ...this.#question(timeMs, values, distrusted), freeSpeeds });
  }

  /** Moves the other account on by one row; with nobody distrusted it becomes the same as measured. */
  without(timeMs: number, values: Float64Array, distrusted: ReadonlySet<number>): WaterSays | undefined {
    if (distrusted.size === 0) {
      this.#apart = undefined;
      return undefined;
    }
    this.#witness.restore(this.#apart ?? this.#before);
    const says = this.#witness.commit(this.#question(timeMs, values, distrusted));
    this.#apart = this.#witness.snapshot();
    return says;
  }

  #question(timeMs: number, values: Float64Array, distrusted: ReadonlySet<number>): WaterQuestion {
    return { timeMs, values, trusted: trustedMask(values, distrusted), before: this.#valuesBefore };
  }

  state(): TwoWatersState {
    return {
      after: toBase64(this.#after),
      apart: this.#apart ? toBase64(this.#apart) : null,
      values: this.#values ? [...this.#values] : null,
    };
  }

  restore(state: TwoWatersState): void {
    this.#after = fromBase64(state.after) ?? this.#after;
    this.#apart = state.apart === null ? undefined : fromBase64(state.apart);
    this.#values = state.values ? Float64Array.from(state.values) : undefined;
  }
}
