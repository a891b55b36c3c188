import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  blockOf,
  equalBytes,
  fromBase64,
  fromHex,
  isRefusal,
  qualityNumber,
  readingsOf,
  refuse,
  seededChance,
  sha256,
  toBase64,
  toHex,
} from "./index.ts";
import * as browser from "./platform.browser.ts";

describe("bytes as text", () => {
  test("base64 and hexadecimal come back as they went, the same in Node and the browser", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
        expect(fromHex(toHex(bytes))).toEqual(bytes);
        expect(browser.toBase64(bytes)).toBe(toBase64(bytes));
        expect(browser.fromBase64(toBase64(bytes))).toEqual(bytes);
        expect(browser.toHex(bytes)).toBe(toHex(bytes));
        expect(equalBytes(browser.sha256(bytes), sha256(bytes))).toBe(true);
      }),
    );
  });

  test.each(["A", "AA=", "AB==", "A A=", "AAA\n", "-_=="])("base64 %j is not canonical and is refused", (text) => {
    expect(fromBase64(text)).toBeUndefined();
    expect(browser.fromBase64(text)).toBeUndefined();
  });

  test.each(["0", "0G", "AB"])("hexadecimal %j is refused", (text) => {
    expect(fromHex(text)).toBeUndefined();
    expect(browser.fromHex(text)).toBeUndefined();
  });
});

test("a seed repeats itself, another seed does not", () => {
  const draw = (seed: number) => Array.from({ length: 8 }, seededChance(seed).uniform);
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test("uniform draws stay in [0, 1) with mean one half, normal draws have variance one", () => {
  const chance = seededChance(1);
  const uniforms = Array.from({ length: 20_000 }, chance.uniform);
  const normals = Array.from({ length: 20_000 }, chance.normal);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.min(...uniforms)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...uniforms)).toBeLessThan(1);
  expect(mean(uniforms)).toBeCloseTo(0.5, 1);
  expect(mean(normals.map((value) => value * value))).toBeCloseTo(1, 1);
});

test("a block keeps its readings and their order", () => {
  const readings = [
    { signal: "L_T1", timeMs: 1, value: 2.5, quality: qualityNumber("good") },
    { signal: "L_T2", timeMs: 2, value: 3.5, quality: qualityNumber("bad") },
    { signal: "L_T1", timeMs: 3, value: 2.6, quality: qualityNumber("good") },
  ];
  expect(readingsOf(blockOf(readings))).toEqual(readings);
});

test("a refusal is told from any other value, and its detail stays short", () => {
  expect(isRefusal(refuse("TOO_BIG", "sender", "x".repeat(10_000)))).toBe(true);
  expect(refuse("TOO_BIG", "sender", "x".repeat(10_000)).detail.length).toBeLessThan(500);
  expect(isRefusal({ code: "TOO_BIG" })).toBe(false);
  expect(isRefusal(null)).toBe(false);
});
