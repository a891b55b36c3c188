/** One reading of an input file: the words of a line become checked values, and faults gather with their line. */
import type { InpLine } from "./inp-sections.ts";
import type { InpUnits } from "./inp-units.ts";

export interface InpFault {
  /** Counts from 1. */
  readonly line: number;
  readonly message: string;
}

/** EPANET allows 31 characters; longer ones are cut by it and would then name something else. */
const ID_CHARACTERS_MAX = 31;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

export class InpReading {
  readonly units: InpUnits;
  readonly faults: InpFault[] = [];

  constructor(units: InpUnits) {
    this.units = units;
  }

  fault(at: InpLine, message: string): void {
    this.faults.push({ line: at.line, message });
  }

  /** The word at `place`, or an empty one with a fault. */
  id(at: InpLine, place: number): string {
    const word = at.words[place] ?? "";
    if (word === "") this.fault(at, `word ${place + 1} is missing`);
    else if (word.length > ID_CHARACTERS_MAX) this.fault(at, `an id has at most ${ID_CHARACTERS_MAX} characters`);
    return word.slice(0, ID_CHARACTERS_MAX);
  }

  /** The number at `place` times `factor`; 0 with a fault when it is none. */
  number(at: InpLine, place: number, what: string, factor = 1): number {
    const word = at.words[place];
    const value = word !== undefined && NUMBER.test(word) ? Number(word) * factor : Number.NaN;
    if (Number.isFinite(value)) return value;
    this.fault(at, word === undefined ? `${what} is missing` : `${what} "${word.slice(0, 40)}" is no number`);
    return 0;
  }

  /** As `number`, but above zero. */
  positive(at: InpLine, place: number, what: string, factor = 1): number {
    const before = this.faults.length;
    const value = this.number(at, place, what, factor);
    if (value <= 0 && this.faults.length === before) this.fault(at, `${what} must be above zero`);
    return value;
  }
}
