import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DataSync, Journal } from "./journal.ts";
import { encodeRecord, RECORD } from "./journal-record.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "twinward-journal-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const record = (text: string) => encodeRecord(RECORD.frame, Buffer.from(text));

test("callers that come during a flush share the next one", async () => {
  const syncs: (() => void)[] = [];
  const slow: DataSync = () => new Promise((resolve) => syncs.push(resolve));
  const { journal } = Journal.open(join(dir, "frames"), slow);
  journal.append(record("a"));
  const first = journal.flush();
  journal.append(record("b"));
  const others = [journal.flush(), journal.flush(), journal.flush()];
  expect(syncs.length).toBe(1);
  syncs[0]!();
  await first;
  expect(journal.durableEnd).toBeLessThan(journal.end);
  await Promise.resolve();
  expect(syncs.length).toBe(2);
  syncs[1]!();
  await Promise.all(others);
  expect(journal.durableEnd).toBe(journal.end);
  await journal.close();
});

test("after a failed fsync nothing is durable any more and nothing is taken, until the file is opened again", async () => {
  let fails = true;
  const disk: DataSync = async () => {
    if (fails) throw new Error("EIO");
  };
  const { journal } = Journal.open(join(dir, "frames"), disk);
  journal.append(record("a"));
  await expect(journal.flush()).rejects.toMatchObject({ code: "OUTBOX_BROKEN" });
  fails = false;
  await expect(journal.flush()).rejects.toMatchObject({ code: "OUTBOX_BROKEN" });
  expect(() => journal.append(record("b"))).toThrowError(expect.objectContaining({ code: "OUTBOX_BROKEN" }));
  expect(journal.durableEnd).toBe(0);
  await journal.close();
  expect(Journal.open(join(dir, "frames")).scan.records.length).toBe(1);
});
