import { seededChance } from "@twinward/kernel";
import { expect, test } from "vitest";
import { malformed } from "./mutator.ts";

const corpus = { samples: [Buffer.from('{"a":[1,2,{"b":"c"}],"d":null}')], tokens: [Buffer.from("}")], json: true };

test("an input can be made again from its seed, and no sample is ever changed", () => {
  const before = corpus.samples[0]?.toString("hex");
  for (let seed = 0; seed < 500; seed++) {
    const [first, second] = [malformed(corpus, seededChance(seed)), malformed(corpus, seededChance(seed))];
    expect(Buffer.from(first).equals(second)).toBe(true);
  }
  expect(corpus.samples[0]?.toString("hex")).toBe(before);
});

test("inputs differ from each other and stay within 64 KiB", () => {
  const inputs = Array.from({ length: 500 }, (_, seed) => malformed(corpus, seededChance(seed)));
  expect(new Set(inputs.map((input) => Buffer.from(input).toString("hex"))).size).toBeGreaterThan(300);
  expect(Math.max(...inputs.map((input) => input.length))).toBeLessThanOrEqual(65_536);
});
