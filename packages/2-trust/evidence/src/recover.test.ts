import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ManualClock } from "@twinward/kernel";
import { formatCheckpoint, signNote } from "@twinward/tlog";
import { afterEach, expect, test } from "vitest";
import { recover, verifyLog } from "./index.ts";
import { freshFolder, START_MS, testLog } from "./log.fixture.ts";
import { readLogKey, signerOf } from "./log-key.ts";

const folder = freshFolder();
afterEach(() => folder.remove());

test("nothing is recovered behind the back of a running server", async () => {
  const log = await testLog(folder.dir);
  const { origin, verifierKey: logKey } = log;
  const head = formatCheckpoint({ origin, size: 9, root: new Uint8Array(32) });
  const checkpoint = join(folder.dir, "..", "lost");
  writeFileSync(checkpoint, signNote(head, [signerOf(origin, readLogKey(join(folder.dir, "keys/log.key")))]));
  const order = { dir: folder.dir, checkpoint, logKey, clock: new ManualClock(START_MS) };
  await expect(recover(order)).rejects.toMatchObject({ code: "LOG_IN_USE" });
  await log.append({ kind: "tick", facts: {} });
  await log.stop();
  expect(await verifyLog(folder.dir, { logKeys: [logKey] })).toMatchObject({ problems: [], checked: { entries: 2 } });
  expect(await recover(order)).toMatchObject({ oldOrigin: origin, kept: 2, lostTo: 9 });
});
