import { seededChance } from "@twinward/kernel";
import { describe, expect, it } from "vitest";
import { dropping, flipping, forging, holding, reordering, replaying } from "./frame-attack.ts";

const frame = (first: number) => Uint8Array.from({ length: 100 }, (_, i) => (i === 0 ? first : i));

function recorder() {
  const arrived: Uint8Array[] = [];
  const send = async (bytes: Uint8Array) => {
    arrived.push(bytes);
    return bytes[0]!;
  };
  return { arrived, send, firsts: () => arrived.map((bytes) => bytes[0]) };
}

describe("the man in the middle", () => {
  it("flips exactly one bit and leaves the sender's copy alone", async () => {
    const { arrived, send } = recorder();
    const original = frame(7);
    await flipping(send, seededChance(1))(original);
    const bits = arrived[0]!.reduce((sum, byte, i) => sum + popcount(byte ^ original[i]!), 0);
    expect(bits).toBe(1);
    expect(original).toEqual(frame(7));
  });

  it("forges the signature only", async () => {
    const { arrived, send } = recorder();
    await forging(send, seededChance(1))(frame(7));
    expect(arrived[0]!.slice(0, 36)).toEqual(frame(7).slice(0, 36));
    expect(arrived[0]!.slice(36)).not.toEqual(frame(7).slice(36));
  });

  it("holds frames back and lets them go in order or reversed, each answer to its own sender", async () => {
    const held = recorder();
    const hold = holding(held.send, 3);
    const first = hold(frame(1));
    const second = hold(frame(2));
    await Promise.resolve();
    expect(held.firsts()).toEqual([]);
    expect(await Promise.all([first, second, hold(frame(3))])).toEqual([1, 2, 3]);
    expect(held.firsts()).toEqual([1, 2, 3]);
    const turned = recorder();
    const turn = reordering(turned.send, 2);
    expect(await Promise.all([turn(frame(1)), turn(frame(2))])).toEqual([1, 2]);
    expect(turned.firsts()).toEqual([2, 1]);
  });

  it("replays old frames and keeps their answers from the sender", async () => {
    const { send, firsts } = recorder();
    const answers: number[] = [];
    const replay = replaying(send, 1, (answer) => answers.push(answer));
    for (const first of [1, 2, 3]) expect(await replay(frame(first))).toBe(first);
    expect(firsts()).toEqual([1, 2, 1, 3, 2]);
    expect(answers).toEqual([1, 2]);
  });

  it("loses the frames it is told to lose", async () => {
    const { send, firsts } = recorder();
    const drop = dropping(send, (index) => index === 1);
    await drop(frame(1));
    void drop(frame(2));
    await drop(frame(3));
    expect(firsts()).toEqual([1, 3]);
  });
});

function popcount(byte: number): number {
  return byte.toString(2).replaceAll("0", "").length;
}
