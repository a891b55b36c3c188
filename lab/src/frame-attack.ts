/**
 * Somebody on the wire between a device and the server.
 *
 * Each attack wraps the function that sends one frame and passes on its answer. The wrapper sees
 * bytes only, as a relay does; it holds no key.
 */
import type { Chance } from "@twinward/kernel";

export type SendFrame<Answer> = (frame: Uint8Array) => Promise<Answer>;

/** Flips one bit of every frame. */
export function flipping<Answer>(send: SendFrame<Answer>, chance: Chance): SendFrame<Answer> {
  return (frame) => {
    const changed = frame.slice();
    const at = Math.floor(chance.uniform() * frame.length);
    changed[at] = changed[at]! ^ (1 << Math.floor(chance.uniform() * 8));
    return send(changed);
  };
}

const SIGNATURE_BYTES = 64;

/** Puts random bytes where the signature is: the last 64 bytes of a COSE_Sign1 with Ed25519 or P-256. */
export function forging<Answer>(send: SendFrame<Answer>, chance: Chance): SendFrame<Answer> {
  return (frame) => {
    const forged = frame.slice();
    forged.set(chance.bytes(SIGNATURE_BYTES), frame.length - SIGNATURE_BYTES);
    return send(forged);
  };
}

/** Keeps `count` frames and lets them go together; `order` arranges them. The last ones may never go. */
export function holding<Answer>(
  send: SendFrame<Answer>,
  count: number,
  order: <T>(frames: readonly T[]) => readonly T[] = (frames) => frames,
): SendFrame<Answer> {
  let held: (() => Promise<void>)[] = [];
  return (frame) =>
    new Promise((resolve, reject) => {
      held.push(() => send(frame).then(resolve, reject));
      if (held.length < count) return;
      const ready = order(held);
      held = [];
      void ready.reduce((before, release) => before.then(release), Promise.resolve());
    });
}

/** Lets `count` frames go in reverse order. */
export function reordering<Answer>(send: SendFrame<Answer>, count: number): SendFrame<Answer> {
  return holding(send, count, (frames) => [...frames].reverse());
}

/** Sends every frame again after `later` others; `onReplayed` gets the answer nobody waits for. */
export function replaying<Answer>(
  send: SendFrame<Answer>,
  later: number,
  onReplayed: (answer: Answer) => void = () => {},
): SendFrame<Answer> {
  const seen: Uint8Array[] = [];
  return async (frame) => {
    const answer = await send(frame);
    seen.push(frame.slice());
    if (seen.length > later) onReplayed(await send(seen.shift()!));
    return answer;
  };
}

/** Loses each frame for which `lose` is true; the sender never hears of it. */
export function dropping<Answer>(send: SendFrame<Answer>, lose: (index: number) => boolean): SendFrame<Answer> {
  let index = 0;
  return (frame) => (lose(index++) ? new Promise<Answer>(() => {}) : send(frame));
}
