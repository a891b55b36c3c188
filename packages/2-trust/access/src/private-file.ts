/**
 * Reading files that hold a secret: never one that others may read.
 *
 * Writing and destroying them is `store`'s (`writeDurably`, `destroyDurably`): mode 0600 from the first byte.
 */
import { readFileSync, statSync } from "node:fs";
import { TwinwardError } from "@twinward/kernel";

const OTHERS = 0o077;

/**
 * The text of a private file; undefined when it does not exist.
 * @throws TwinwardError KEY_FILE_MODE when others may read it
 */
export function readPrivate(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if ((stat.mode & OTHERS) !== 0) {
    throw new TwinwardError("KEY_FILE_MODE", `${path} can be read by others than its owner`, {
      remedy: `chmod 600 ${path}, and think about who may have copied it`,
    });
  }
  return readFileSync(path, "utf8");
}
