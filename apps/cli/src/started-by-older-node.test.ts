/** The bin under a Node that is too old: the linked one takes over, and dies with its parent. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Command, NET1 } from "./command-line.fixture.ts";

/** A Node below 24 on this machine, if there is one. */
const older = ["/usr/bin/node", "/usr/local/bin/node"].find(
  (path) => existsSync(path) && Number(/^v(\d+)/.exec(versionOf(path))?.[1] ?? 99) < 24,
);
if (older === undefined) console.warn("not run: no Node older than 24 in /usr/bin or /usr/local/bin");

function versionOf(path: string): string {
  return spawnSync(path, ["--version"], { encoding: "utf8" }).stdout ?? "";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test.skipIf(older === undefined)("it answers with the newer Node, with the same exit codes", async () => {
  const said = await Promise.all([
    new Command(["--version"], older).ended,
    new Command(["doctor", "--json"], older).ended,
    new Command(["serve"], older).ended,
  ]);
  expect(said[0]).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: "" });
  expect(said[1]?.out).toMatch(/"Node 2[4-9]|"Node [3-9]\d/);
  expect(said[2]).toMatchObject({ code: 2, err: expect.stringMatching(/^twinward: [^\n]+\n$/) });
});

test.skipIf(older === undefined)("kill -9 on it also ends the process that holds the data folder", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tw-older-"));
  const serve = ["serve", "--site", NET1, "--data", join(dir, "data"), "--listen", "127.0.0.1:0"];
  const parent = new Command(serve, older);
  await parent.says(/set-up link/);
  const children = spawnSync("ps", ["-o", "pid=", "--ppid", String(parent.child.pid)], { encoding: "utf8" }).stdout;
  const pid = Number(children.trim());
  expect(isAlive(pid)).toBe(true);
  await parent.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  const again = new Command(serve, older);
  await again.says(/set-up link/);
  expect((await again.kill("SIGTERM")).code).toBe(0);
  rmSync(dir, { recursive: true, force: true });
});
