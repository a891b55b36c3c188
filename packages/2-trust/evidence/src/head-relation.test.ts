import { join } from "node:path";
import { isRefusal } from "@twinward/kernel";
import { formatCheckpoint, signNote } from "@twinward/tlog";
import { afterEach, expect, test } from "vitest";
import { freshFolder, testLog } from "./log.fixture.ts";
import { readLogKey, signerOf } from "./log-key.ts";

const folder = freshFolder();
afterEach(() => folder.remove());

test("a key that was rotated away cannot say that the log was rolled back", async () => {
  const log = await testLog(folder.dir);
  const { origin } = log;
  const old = readLogKey(join(folder.dir, "keys/log.key"));
  const before = log.checkpoint();
  await log.rotateLogKey();
  const claim = (size: number) =>
    signNote(formatCheckpoint({ origin, size, root: new Uint8Array(32) }), [signerOf(origin, old)]);
  expect([claim(2), claim(999)].map((note) => isRefusal(log.relationTo(note)))).toEqual([true, true]);
  expect(log.relationTo(claim(1))).toBe("forked");
  expect(log.relationTo(before)).toBe("within");
  await log.stop();
});
