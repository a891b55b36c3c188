import { seededChance } from "@twinward/kernel";
import { describe, expect, test } from "vitest";
import { learnRepeats } from "./learn-repeats.ts";
import { RepeatWitness } from "./repeat-witness.ts";

const chance = seededChance(9);
let level = 3;
/** A wandering level at 0.01 and a flow that rests at 0. */
const LIFE = Array.from({ length: 3000 }, (_, i) => {
  level += 0.05 * chance.normal() - 0.02 * (level - 3);
  const flow = i % 40 < 20 ? 0 : 30 + chance.normal();
  return Float64Array.of(Math.round(level * 100) / 100, Math.round(flow * 100) / 100);
});
const LIMITS = learnRepeats(LIFE.slice(0, 2000), 2880);

describe("repeats", () => {
  test("life itself never looks like a copy or a freeze", () => {
    const witness = new RepeatWitness(LIMITS, 2);
    const worst = LIFE.slice(2000).map((row) => witness.step(row));
    expect(
      worst.every(({ copied, frozen }) => copied.every((share) => share < 1) && frozen.every((share) => share < 1)),
    ).toBe(true);
  });

  test("a stretch played again is found with its lag, although missing values lie in it", () => {
    const witness = new RepeatWitness(LIMITS, 2);
    LIFE.slice(2000, 2300).forEach((row) => {
      witness.step(row);
    });
    let found = -1;
    for (let i = 0; i < 40 && found < 0; i++) {
      const now = i === 3 ? Number.NaN : LIFE[2204 + i]![0]!;
      const { copied, copiedLag } = witness.step(Float64Array.of(now, LIFE[2300 + i]![1]!));
      if (copied[0]! >= 1) {
        found = i;
        expect(copiedLag[0]).toBe(96);
        expect(copied[1]).toBeLessThan(1);
      }
    }
    expect(found).toBeGreaterThan(2);
    expect(found).toBeLessThan(20);
  });

  test("a frozen level is found, a resting flow is not", () => {
    const witness = new RepeatWitness(LIMITS, 2);
    LIFE.slice(2000, 2050).forEach((row) => {
      witness.step(row);
    });
    let last = witness.step(Float64Array.of(2.5, 0));
    for (let i = 0; i < 30; i++) last = witness.step(Float64Array.of(2.5, 0));
    expect(last.frozen[0]).toBeGreaterThanOrEqual(1);
    expect(last.frozen[1]).toBe(0);
  });

  test("state goes on elsewhere", () => {
    const one = new RepeatWitness(LIMITS, 2);
    LIFE.slice(0, 700).forEach((row) => {
      one.step(row);
    });
    const two = new RepeatWitness(LIMITS, 2);
    two.restore(one.state());
    for (const row of LIFE.slice(620, 700)) expect(two.step(row)).toEqual(one.step(row));
  });
});
