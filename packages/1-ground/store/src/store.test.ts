import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commit, destroyDurably, openDatabase, openSnapshot, replaceFile, writeDurably } from "./index.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "twinward-store-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe("files", () => {
  test.each([0o000, 0o022, 0o077, 0o777])("are written whole and private whatever the umask (%o)", (mask) => {
    const before = process.umask(mask);
    try {
      const path = join(dir, "secret");
      writeDurably(path, "one");
      writeDurably(path, "two");
      expect([readFileSync(path, "utf8"), modeOf(path), readdirSync(dir)]).toEqual(["two", 0o600, ["secret"]]);
      writeDurably(join(dir, "public"), "three", 0o644);
      expect(modeOf(join(dir, "public"))).toBe(0o644);
      replaceFile(path, Uint8Array.of(1, 2));
      expect(readFileSync(path)).toEqual(Buffer.from([1, 2]));
    } finally {
      process.umask(before);
    }
  });

  test("destroyed are gone, and only they", () => {
    writeDurably(join(dir, "a"), "secret");
    writeDurably(join(dir, "b"), "kept");
    destroyDurably(join(dir, "a"));
    expect(readdirSync(dir)).toEqual(["b"]);
  });

  test("that cannot be written say DURABILITY_LOST and leave the old one", () => {
    const path = join(dir, "file");
    writeDurably(path, "old");
    mkdirSync(`${path}.unfinished`);
    expect(() => writeDurably(path, "new")).toThrow(expect.objectContaining({ code: "DURABILITY_LOST" }));
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(() => destroyDurably(join(dir, "missing"))).toThrow(expect.objectContaining({ code: "DURABILITY_LOST" }));
  });
});

describe("the database", () => {
  test("is durable, private, and undoes a transaction that fails", () => {
    const path = join(dir, "log.db");
    const database = openDatabase(path);
    expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(database.pragma("synchronous", { simple: true })).toBe(2);
    database.exec("CREATE TABLE t (a)");
    expect([modeOf(path), modeOf(`${path}-wal`), modeOf(`${path}-shm`)]).toEqual([0o600, 0o600, 0o600]);
    expect(commit(database, () => database.prepare("INSERT INTO t VALUES (1)").run().changes)).toBe(1);
    const broken = () =>
      commit(database, () => {
        database.exec("INSERT INTO t VALUES (2)");
        throw new Error("our own");
      });
    expect(broken).toThrow("our own");
    expect(database.prepare("SELECT a FROM t").all()).toEqual([{ a: 1 }]);
    database.close();
  });

  test("that is full stores nothing, says DISK_FULL, and goes on when there is space", () => {
    const database = openDatabase(join(dir, "log.db"));
    database.exec("CREATE TABLE t (a)");
    database.pragma("max_page_count = 10");
    const insert = database.prepare("INSERT INTO t VALUES (?)");
    const big = () => commit(database, () => insert.run(new Uint8Array(100_000)));
    expect(big).toThrow(expect.objectContaining({ code: "DISK_FULL" }));
    database.pragma("max_page_count = 1000");
    big();
    expect(database.prepare("SELECT count(*) AS n FROM t").get()).toEqual({ n: 1 });
    database.close();
  });

  test("that is something else is refused with a stable code", () => {
    writeFileSync(join(dir, "log.db"), "not a database, but long enough to be read as one".repeat(100));
    expect(() => openDatabase(join(dir, "log.db"))).toThrow(expect.objectContaining({ code: "DATABASE_UNUSABLE" }));
    expect(() => openDatabase(join(dir, "missing.db"), { readOnly: true })).toThrow(
      expect.objectContaining({ code: "DATABASE_UNUSABLE" }),
    );
    expect(existsSync(join(dir, "missing.db"))).toBe(false);
  });
});

describe("a snapshot", () => {
  test("at rest reads a file in a folder that cannot be written", () => {
    const path = join(dir, "log.db");
    const database = openDatabase(path);
    database.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    database.close();
    chmodSync(dir, 0o500);
    const snapshot = openSnapshot(path);
    expect([snapshot.how, snapshot.prepare("SELECT count(*) AS n FROM t").get()]).toEqual(["immutable", { n: 1 }]);
    snapshot.close();
    chmodSync(dir, 0o700);
    expect(readdirSync(dir)).toEqual(["log.db"]);
  });

  test("beside an open database sees what is committed and stays as it was", () => {
    const path = join(dir, "log.db");
    const database = openDatabase(path);
    database.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    const files = () => ["log.db", "log.db-wal"].map((name) => readFileSync(join(dir, name)).toString("base64"));
    const before = files();
    const snapshot = openSnapshot(path);
    expect([snapshot.how, snapshot.prepare("SELECT count(*) AS n FROM t").get()]).toEqual(["copy", { n: 1 }]);
    database.exec("INSERT INTO t VALUES (2)");
    expect(snapshot.prepare("SELECT count(*) AS n FROM t").get()).toEqual({ n: 1 });
    snapshot.close();
    expect(before[0]).toBe(files()[0]);
    database.close();
  });
});
