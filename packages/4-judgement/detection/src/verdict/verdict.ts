/**
 * Verdict: does the data show intent, or only that something is wrong?
 *
 * `attack` is said only for what faults do not do: an exact copy of the past, an actuator that disobeys its logic for
 * some time, a level that leaps away from its water and stays away. Freezes, noise, drift, leaks and unusual demand
 * look alike for faults and attacks, so they stay `undetermined`.
 *
 * Invariant: within one alarm the verdict only ever goes from undetermined to attack.
 */
import type { Verdict } from "../judge.ts";

export interface RowEvidence {
  /** A watched signal copies its past, beyond chance. */
  readonly copied: boolean;
  /** Control logic is contradicted beyond its limit, by an actuator that no notice names. */
  readonly disobeys: boolean;
  /** Number of the level that is the main culprit, or -1. */
  readonly level: number;
  /** Its deviation in standard deviations, with sign. */
  readonly levelZ: number;
  /** Its change of deviation from the row before, in standard deviations. */
  readonly leap: number;
  readonly frozen: boolean;
}

export interface VerdictState {
  readonly copiedRows: number;
  readonly disobeyRows: number;
  readonly leapLevel: number;
  readonly leapSign: number;
  readonly leapRows: number;
  readonly attack: boolean;
}

const LEAP_Z_MIN = 10;
const STAY_Z_MIN = 5;
/** Rows in a row that a leap must stay, and that an actuator must disobey. */
const STAY_ROWS = 3;
const DISOBEY_ROWS = 2;

const CALM: VerdictState = { copiedRows: 0, disobeyRows: 0, leapLevel: -1, leapSign: 0, leapRows: 0, attack: false };

export class VerdictOfAlarm {
  #state: VerdictState = CALM;

  /** Forgets the alarm that ended. */
  reset(): void {
    this.#state = CALM;
  }

  step(evidence: RowEvidence): Verdict {
    const copiedRows = this.#state.copiedRows + (evidence.copied ? 1 : 0);
    const disobeyRows = this.#state.disobeyRows + (evidence.disobeys ? 1 : 0);
    const leap = this.#leap(evidence);
    const attack = this.#state.attack || copiedRows >= 1 || disobeyRows >= DISOBEY_ROWS || leap.leapRows >= STAY_ROWS;
    this.#state = { copiedRows, disobeyRows, ...leap, attack };
    return attack ? "attack" : "undetermined";
  }

  #leap({ level, levelZ, leap, frozen }: RowEvidence): Pick<VerdictState, "leapLevel" | "leapSign" | "leapRows"> {
    const { leapLevel, leapSign, leapRows } = this.#state;
    const sign = Math.sign(levelZ);
    if (frozen || level < 0) return { leapLevel: -1, leapSign: 0, leapRows: 0 };
    if (level === leapLevel && sign === leapSign && Math.abs(levelZ) >= STAY_Z_MIN) {
      return { leapLevel, leapSign, leapRows: leapRows + 1 };
    }
    const leaps = Math.abs(leap) >= LEAP_Z_MIN && Math.abs(levelZ) >= LEAP_Z_MIN;
    return leaps ? { leapLevel: level, leapSign: sign, leapRows: 1 } : { leapLevel: -1, leapSign: 0, leapRows: 0 };
  }

  state(): VerdictState {
    return this.#state;
  }

  restore(state: VerdictState): void {
    this.#state = state;
  }
}
