import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZERO_DIGEST } from "@twinward/frame";
import { sha256 } from "@twinward/kernel";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Outbox } from "./outbox.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "twinward-outbox-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const file = () => join(dir, "frames");

function frame(text: string) {
  const bytes = new TextEncoder().encode(text);
  return { bytes, digest: Uint8Array.from(sha256(bytes)) };
}

function texts(outbox: Outbox): string[] {
  return outbox.pending(0, 1000).map(({ bytes }) => new TextDecoder().decode(bytes));
}

async function outboxWith(...names: string[]): Promise<Outbox> {
  const outbox = Outbox.open(dir);
  for (const name of names) outbox.put(frame(name));
  await outbox.flush();
  return outbox;
}

test("a frame may be sent only once it is durable", async () => {
  const outbox = Outbox.open(dir);
  outbox.put(frame("a"));
  expect(texts(outbox)).toEqual([]);
  const flushed = outbox.flush();
  outbox.put(frame("b"));
  await flushed;
  expect(texts(outbox)).toEqual(["a"]);
  await Promise.all([outbox.flush(), outbox.flush(), outbox.flush()]);
  expect(texts(outbox)).toEqual(["a", "b"]);
  await outbox.close();
});

test("what was kept is there after a start, without what was freed; set aside stays aside", async () => {
  const first = await outboxWith("a", "b", "c", "d");
  first.free(1);
  first.putAside(2, "FRAME_FORK");
  first.free(99);
  await first.close();
  const again = Outbox.open(dir);
  expect(texts(again)).toEqual(["a", "d"]);
  expect([...again.setAside]).toEqual([[2, "FRAME_FORK"]]);
  expect(again.put(frame("e"))).toBe(4);
  await again.close();
  expect(statSync(file()).mode & 0o777).toBe(0o600);
});

test("boots count up and begin at the newest durable frame, also when every frame is freed and compacted away", async () => {
  const first = Outbox.open(dir, { compactBytesMin: 1 });
  expect(first.startBoot()).toEqual({ boot: 1, previous: ZERO_DIGEST });
  for (const name of ["a", "b"]) first.put(frame(name));
  await first.flush();
  for (const number of [0, 1]) first.free(number);
  await first.close();
  const again = Outbox.open(dir);
  expect(again.startBoot()).toEqual({ boot: 2, previous: frame("b").digest });
  expect(again.put(frame("c"))).toBe(2);
  await again.close();
});

test("a power cut at any byte: every frame whose record is whole survives, the torn tail is cut off", async () => {
  const outbox = Outbox.open(dir);
  const ends: number[] = [];
  for (const name of ["first", "second", "third"]) {
    outbox.put(frame(name));
    await outbox.flush();
    ends.push(statSync(file()).size);
  }
  await outbox.close();
  const whole = readFileSync(file());
  for (let length = 0; length <= whole.length; length++) {
    writeFileSync(file(), whole.subarray(0, length));
    let torn = Outbox.open(dir);
    const names = texts(torn);
    expect(names).toEqual(["first", "second", "third"].filter((_, i) => ends[i]! <= length));
    await torn.close();
    if (length % 10 !== 0) continue;
    torn = Outbox.open(dir);
    torn.put(frame("next"));
    await torn.close();
    const after = Outbox.open(dir);
    expect(texts(after)).toEqual([...names, "next"]);
    await after.close();
  }
});

test("a damaged record costs that record only, and is counted", async () => {
  const outbox = await outboxWith("first", "second", "third");
  await outbox.close();
  const bytes = readFileSync(file());
  bytes[bytes.indexOf("second")]! ^= 1;
  writeFileSync(file(), bytes);
  const again = Outbox.open(dir);
  expect(texts(again)).toEqual(["first", "third"]);
  expect(again.damaged).toBe(1);
  await again.close();
});

test("any damage: opening never throws, and what is pending was put there", async () => {
  const names = Array.from({ length: 6 }, (_, i) => `frame ${i}`);
  const outbox = await outboxWith(...names);
  outbox.free(0);
  await outbox.close();
  const whole = readFileSync(file());
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 5 }), async (changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, byte] of changes) bytes[at] = byte;
      writeFileSync(file(), bytes);
      const again = Outbox.open(dir);
      expect(names).toEqual(expect.arrayContaining(texts(again)));
      await again.close();
    }),
    { numRuns: 50 },
  );
});

describe("limits", () => {
  test("a full outbox says so and keeps what it has", async () => {
    const outbox = Outbox.open(dir, { bytesMax: 10 });
    outbox.put(frame("0123456789"));
    expect(() => outbox.put(frame("x"))).toThrowError(expect.objectContaining({ code: "OUTBOX_FULL" }));
    outbox.free(0);
    outbox.put(frame("x"));
    await outbox.close();
  });

  test("the file does not grow for ever, and compaction moves nothing under our feet", async () => {
    const outbox = Outbox.open(dir, { compactBytesMin: 10_000 });
    const kept = [outbox.put(frame("stays")), outbox.put(frame("refused"))];
    outbox.putAside(kept[1]!, "READING_ABSURD");
    outbox.keepCheckpoint("a checkpoint\n");
    for (let i = 0; i < 300; i++) {
      const number = outbox.put(frame(`frame ${i}`.padEnd(100)));
      await outbox.flush();
      outbox.free(number);
    }
    expect(texts(outbox)).toEqual(["stays"]);
    expect(statSync(file()).size).toBeLessThan(30_000);
    await outbox.close();
    const again = Outbox.open(dir);
    expect(texts(again)).toEqual(["stays"]);
    expect([...again.setAside]).toEqual([[1, "READING_ABSURD"]]);
    expect(again.checkpoint).toBe("a checkpoint\n");
    expect(again.put(frame("next"))).toBe(302);
    await again.close();
  });
});

test("a file that others append to is read as far as it is ours", async () => {
  const outbox = await outboxWith("a");
  await outbox.close();
  appendFileSync(file(), "TWJ1 not a record");
  const again = Outbox.open(dir);
  expect(texts(again)).toEqual(["a"]);
  await again.close();
});

test("after close nothing more is taken", async () => {
  const outbox = await outboxWith("a");
  await outbox.close();
  expect(() => outbox.put(frame("b"))).toThrowError(expect.objectContaining({ code: "OUTBOX_CLOSED" }));
});
