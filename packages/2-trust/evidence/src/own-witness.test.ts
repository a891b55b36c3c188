/** A verdict of `anchored` says how far it reaches, and nobody earns it for himself. */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { concatBytes, isRefusal, ManualClock } from "@twinward/kernel";
import { openDatabase } from "@twinward/store";
import {
  formatVerifierKey,
  parseNote,
  parseVerifierKey,
  SIGNATURE_TYPE,
  signNote,
  verifierKeyOf,
} from "@twinward/tlog";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exportRange, openLog, verifyLog } from "./index.ts";
import { fillLog, freshFolder, START_MS, TestDevice, testLog, text } from "./log.fixture.ts";
import { generateLogKey, readLogKey, rotationStatement, signerOf } from "./log-key.ts";

let folder: ReturnType<typeof freshFolder>;
beforeEach(() => {
  folder = freshFolder();
});
afterEach(() => folder.remove());

test("the log's key, stolen, cannot name itself a witness by a rotation", async () => {
  const log = await testLog(folder.dir);
  const { verifierKey } = log;
  const from = parseVerifierKey(verifierKey);
  if (isRefusal(from)) throw new Error("no key");
  const stolen = readLogKey(join(folder.dir, "keys/log.key"));
  const next = generateLogKey();
  const cosigning = verifierKeyOf(from.name, next.publicKey, SIGNATURE_TYPE.cosignature);
  const statement = text(rotationStatement(from, cosigning));
  const keys = { old: verifierKey, new: formatVerifierKey(cosigning) };
  const signatures = [stolen.sign(statement), next.sign(statement)];
  await log.append({ kind: "key-rotation", facts: { purpose: "log", ...keys, signatures } });
  const note = parseNote(log.checkpoint());
  if (isRefusal(note)) throw new Error("no checkpoint");
  await log.stop();
  const time = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1);
  const sign = (message: Uint8Array) =>
    concatBytes(time, next.sign(concatBytes(text("cosignature/v1\ntime 1\n"), message)));
  writeFileSync(
    join(folder.dir, "checkpoint"),
    signNote(note.text, [signerOf(from.name, stolen), { key: cosigning, sign }]),
  );
  writeFileSync(join(folder.dir, "keys/log.key"), next.pem);
  const report = await verifyLog(folder.dir, { logKeys: [verifierKey], requireAnchor: true });
  expect(report).toMatchObject({ verdict: "damaged", ok: false });
  expect(report.problems[0]).toMatchObject({ code: "KEY_CHAIN_BROKEN" });
});

test("an anchor older than the newest entries says where its word ends", async () => {
  const outside = join(folder.dir, "..", "outside");
  const log = await testLog(folder.dir);
  writeFileSync(outside, log.checkpoint());
  const { verifierKey } = log;
  await log.stop();
  const later = await openLog({ dir: folder.dir, clock: new ManualClock(START_MS) });
  await fillLog(later, 3);
  await later.stop();
  const checks = { logKeys: [verifierKey], checkpoint: outside, requireAnchor: true };
  const told = [expect.stringContaining("the anchor covers entries 0 to 0;")];
  expect(await verifyLog(folder.dir, checks)).toMatchObject({ verdict: "anchored", warnings: told });
  const bundle = join(folder.dir, "..", "bundle");
  await exportRange(folder.dir, 0, 5, bundle);
  expect(await verifyLog(bundle, checks)).toMatchObject({ verdict: "anchored", warnings: told });
});

test("a view in a table's place is named, not read: it could answer without end", async () => {
  await (await testLog(folder.dir)).stop();
  const database = openDatabase(join(folder.dir, "log.db"));
  database.exec(`DROP TABLE entry; CREATE VIEW entry AS
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n)
    SELECT i AS idx, 'tick' AS kind, x'a0' AS bytes, NULL AS device, NULL AS boot, NULL AS sequence FROM n`);
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
  const report = await verifyLog(folder.dir, { logKeys: [] });
  expect(report).toMatchObject({ verdict: "damaged", problems: [{ code: "SCHEMA_DIFFERS" }] });
});

test("a pipe in the checkpoint's place is named, not waited for", async () => {
  await (await testLog(folder.dir)).stop();
  rmSync(join(folder.dir, "checkpoint"));
  execFileSync("mkfifo", [join(folder.dir, "checkpoint")]);
  const report = await verifyLog(folder.dir, { logKeys: [] });
  expect(report).toMatchObject({ verdict: "damaged", problems: [{ detail: "checkpoint is no plain file" }] });
});

test("a frame behind the revocation of its key is named, however well it is signed", async () => {
  const log = await testLog(folder.dir);
  const device = new TestDevice("plc1");
  await log.append(device.registration());
  await log.append(device.frame());
  await log.append({ kind: "device", facts: { act: "revoked", device: "plc1", reason: "stolen", by: "test" } });
  await log.append(device.frame());
  await log.stop();
  const report = await verifyLog(folder.dir, { logKeys: [] });
  expect(report.problems).toMatchObject([{ code: "FRAME_SIGNATURE_WRONG", where: "entry 4" }]);
});
