/**
 * Is the chain of each device one chain? Each (boot, sequence) once, each frame naming the digest of the one before it.
 *
 * Frames may come in any order, so a chain is kept as the stretches that are known, with the digests at their ends:
 * memory grows with the gaps, not with the frames.
 */
import { equalBytes } from "@twinward/kernel";
import type { FrameKey } from "../entry.ts";

interface Stretch {
  first: number;
  last: number;
  /** What the first frame names as its predecessor. */
  previous: Uint8Array;
  /** Digest of the last frame. */
  digest: Uint8Array;
}

export type ChainFault = "duplicate" | "broken";

export class FrameChains {
  readonly #stretches = new Map<string, Stretch[]>();

  /** Undefined when the frame fits what is known. */
  add(frame: FrameKey): ChainFault | undefined {
    const name = `${frame.boot} ${frame.device}`;
    const stretches = this.#stretches.get(name) ?? [];
    this.#stretches.set(name, stretches);
    const { sequence } = frame;
    // Newest first: nearly all frames extend the last stretch.
    let at = stretches.length;
    while (at > 0 && (stretches[at - 1] as Stretch).first > sequence) at--;
    const before = stretches[at - 1];
    const after = stretches[at];
    if (before !== undefined && sequence <= before.last) return "duplicate";
    const joinsBefore = before !== undefined && before.last + 1 === sequence;
    const joinsAfter = after !== undefined && after.first === sequence + 1;
    const broken =
      (joinsBefore && !equalBytes(before.digest, frame.previous)) ||
      (joinsAfter && !equalBytes(after.previous, frame.digest));
    join(stretches, at, frame, joinsBefore, joinsAfter);
    return broken ? "broken" : undefined;
  }

  /** Places where frames are missing inside a boot. */
  gaps(): number {
    let gaps = 0;
    for (const stretches of this.#stretches.values()) gaps += stretches.length - 1;
    return gaps;
  }
}

function join(stretches: Stretch[], at: number, frame: FrameKey, joinsBefore: boolean, joinsAfter: boolean): void {
  const before = stretches[at - 1];
  const after = stretches[at];
  if (joinsBefore && before !== undefined) {
    before.last = joinsAfter && after ? after.last : frame.sequence;
    before.digest = joinsAfter && after ? after.digest : frame.digest;
    if (joinsAfter) stretches.splice(at, 1);
  } else if (joinsAfter && after !== undefined) {
    after.first = frame.sequence;
    after.previous = frame.previous;
  } else {
    const { sequence, previous, digest } = frame;
    stretches.splice(at, 0, { first: sequence, last: sequence, previous, digest });
  }
}
