/** Assertions: our own promise is broken. The process stops; nothing catches this to go on. */

export class BrokenPromise extends Error {
  override name = "BrokenPromise";
}

/** Throws BrokenPromise when `condition` is false. Never used on untrusted input. */
export function assert(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new BrokenPromise(promise);
}
