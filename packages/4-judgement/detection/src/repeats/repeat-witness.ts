/** Copies and freezes of all watched signals, as shares of what chance allows. */
import type { Repeats } from "../fusion/testimony.ts";
import { type CopiedRunState, CopiedRuns } from "./copied-run.ts";
import { FrozenRuns } from "./frozen-run.ts";
import { type RepeatLimits, restTest } from "./learn-repeats.ts";

export interface RepeatState {
  readonly copies: CopiedRunState;
  readonly freezes: { readonly last: readonly number[]; readonly runs: readonly number[] };
}

export class RepeatWitness {
  readonly #limits: RepeatLimits;
  readonly #copies: CopiedRuns;
  readonly #freezes: FrozenRuns;
  readonly #restsAt: (signal: number, value: number) => boolean;

  constructor(limits: RepeatLimits, signals: number) {
    this.#limits = limits;
    this.#copies = new CopiedRuns(limits.signals);
    this.#freezes = new FrozenRuns(signals);
    this.#restsAt = restTest(limits.signals, limits.rests);
  }

  step(values: Float64Array): Repeats {
    const copied = new Float64Array(values.length);
    const copiedLag = new Int32Array(values.length);
    const frozen = new Float64Array(values.length);
    const copies = this.#copies.step(values);
    const still = this.#freezes.step(values, this.#restsAt);
    this.#limits.signals.forEach((signal, watched) => {
      copied[signal] = copies.length[watched]! / this.#limits.copiedMin[watched]!;
      copiedLag[signal] = copies.lag[watched]!;
      frozen[signal] = still[signal]! / this.#limits.frozenMin[watched]!;
    });
    return { copied, copiedLag, frozen };
  }

  state(): RepeatState {
    return { copies: this.#copies.state(), freezes: this.#freezes.state() };
  }

  restore(state: RepeatState): void {
    this.#copies.restore(state.copies);
    this.#freezes.restore(state.freezes);
  }
}
