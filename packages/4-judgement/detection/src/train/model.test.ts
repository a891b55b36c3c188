import { isRefusal, UsageError } from "@twinward/kernel";
import { beforeAll, expect, test } from "vitest";
import { testRows, testSite } from "../site-for-tests.ts";
import { loadModel } from "./load-model.ts";
import { type Model, modelDigest, saveModel } from "./model.ts";
import { train } from "./train.ts";
import { untrainedModel } from "./untrained-model.ts";

const site = testSite();
const ROWS = testRows(600);
let model: Model;
let bytes: Uint8Array;

beforeAll(async () => {
  model = await train(site, () => ROWS);
  bytes = saveModel(model);
});

const refusedWith = (input: Uint8Array, forSite = site) => {
  const loaded = loadModel(forSite, input);
  return isRefusal(loaded) ? loaded.code : "accepted";
};
const edited = (change: (model: Record<string, unknown>) => void) => {
  const copy = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  change(copy);
  return new TextEncoder().encode(JSON.stringify(copy));
};

test("a saved model comes back the same, with the same digest", () => {
  const loaded = loadModel(site, bytes);
  expect(isRefusal(loaded)).toBe(false);
  expect(loaded).toEqual(model);
  expect(modelDigest(loaded as Model)).toBe(modelDigest(model));
});

test("the same rows give the same bytes, other rows others", async () => {
  expect(saveModel(await train(site, () => ROWS))).toEqual(bytes);
  const other = await train(site, () => testRows(600, 2));
  expect(other.trainedOn).not.toEqual(model.trainedOn);
  expect(modelDigest(other)).not.toBe(modelDigest(model));
});

test("digits beyond the resolution are not learned", async () => {
  const exact = ROWS.map(({ timeMs, values }) => ({
    timeMs,
    values: values.map((value) => Math.round(value * 100) / 100),
  }));
  expect(saveModel(await train(site, () => exact))).toEqual(bytes);
});

test("too few rows are a usage error", async () => {
  await expect(train(site, () => ROWS.slice(0, 50))).rejects.toThrow(UsageError);
});

test("an untrained model is a model too", () => {
  expect(refusedWith(saveModel(untrainedModel(site)))).toBe("accepted");
});

test("what is not a model of this site is refused with its reason", () => {
  expect(refusedWith(new TextEncoder().encode("{"))).toBe("MODEL_MALFORMED");
  expect(refusedWith(new TextEncoder().encode("[]"))).toBe("MODEL_MALFORMED");
  expect(refusedWith(edited((copy) => Object.assign(copy, { format: "twinward-model/9" })))).toBe(
    "MODEL_FORMAT_UNKNOWN",
  );
  expect(refusedWith(bytes, { ...site, digest: "cd".repeat(32) })).toBe("MODEL_OTHER_SITE");
  expect(refusedWith(edited((copy) => Object.assign(copy, { extra: 1 })))).toBe("MODEL_MALFORMED");
  expect(refusedWith(edited((copy) => Object.assign(copy, { floor: [0] })))).toBe("MODEL_MALFORMED");
  const spaced = new TextEncoder().encode(JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)), null, 1));
  expect(refusedWith(spaced)).toBe("MODEL_NOT_CANONICAL");
});

test("every index in a model is checked before it is used", () => {
  const trees = (change: object) =>
    edited((copy) => {
      const { targets } = copy.cross as { targets: { trees: object }[] };
      Object.assign(targets[0]!.trees, change);
    });
  expect(refusedWith(trees({ inputs: [99] }))).toBe("MODEL_MALFORMED");
  expect(refusedWith(trees({ depth: 30 }))).toBe("MODEL_MALFORMED");
  expect(refusedWith(trees({ answers: [] }))).toBe("MODEL_MALFORMED");
});

test("truncated and flipped bytes never throw", () => {
  for (let i = 1; i < 200; i++) {
    const at = Math.floor((i * bytes.length) / 200);
    expect(refusedWith(bytes.subarray(0, at))).toBe("MODEL_MALFORMED");
    const flipped = bytes.slice();
    flipped[at]! ^= 1 << (i % 8);
    expect(typeof refusedWith(flipped)).toBe("string");
  }
});
