import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { holdExclusively } from "./index.ts";

const fresh = () => join(mkdtempSync(join(tmpdir(), "lock-")), "keeper.lock");
const source = new URL("./index.ts", import.meta.url).href;

/** Tries to hold the lock in another process; `crash` ends it without letting go. */
function elsewhere(path: string, then: "nothing" | "crash"): string {
  const ending = then === "crash" ? 'process.kill(process.pid, "SIGKILL")' : "";
  const code = `const { holdExclusively } = await import(${JSON.stringify(source)});
    process.stdout.write(holdExclusively(${JSON.stringify(path)}) ? "held" : "refused"); ${ending}`;
  return spawnSync(process.execPath, ["--conditions=source", "--input-type=module", "-e", code], { encoding: "utf8" })
    .stdout;
}

test("only one holds it, in this process and in another", () => {
  const path = fresh();
  const letGo = holdExclusively(path);
  expect(letGo).toBeDefined();
  expect(holdExclusively(path)).toBeUndefined();
  expect(elsewhere(path, "nothing")).toBe("refused");
  letGo?.();
  letGo?.();
  expect(elsewhere(path, "nothing")).toBe("held");
});

test("a killed holder holds nothing", () => {
  const path = fresh();
  elsewhere(path, "crash");
  const letGo = holdExclusively(path);
  expect(letGo).toBeDefined();
  letGo?.();
});
