/** One parser of untrusted input, as the trial feeds it. */
import type { Corpus } from "./mutator.ts";

export interface OpenParser extends Corpus {
  /** What the samples themselves are answered. Default `accepted`. */
  readonly right?: Verdict;
  /**
   * Parses one input. `accepted` or a code; whatever it throws is a crash, except a UsageError where the parser's
   * contract is to throw one. Throws NotCanonical when what was accepted has another form too.
   */
  parse(input: Uint8Array): Verdict | Promise<Verdict>;
}

export type Verdict = string;

export interface ParserCase {
  readonly name: string;
  /** @param dir an empty folder for parsers that read files */
  open(dir: string): Promise<OpenParser> | OpenParser;
}

/** An accepted input that its own writer would write differently: two byte strings with one meaning. */
export class NotCanonical extends Error {
  constructor(what: string) {
    super(`accepted, but not in its one form: ${what}`);
  }
}

export function demandSame(input: Uint8Array, written: Uint8Array, what: string): void {
  if (!Buffer.from(input).equals(written)) throw new NotCanonical(what);
}

export const tokensOf = (...texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text, "utf8"));
export const hexTokens = (...texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text, "hex"));
