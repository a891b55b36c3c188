/**
 * Which code judged? The digest of every source file that can change a judgement, and of what it runs on.
 *
 * Judgement entries name it: with equal digests a second run is bit-exact; with different ones it may differ and
 * `evidence verify --recompute` says so.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256, toHex } from "@twinward/kernel";

const JUDGING_ROOMS = [
  "@twinward/kernel",
  "@twinward/plant",
  "@twinward/physics",
  "@twinward/detection",
  "@twinward/incident",
];

/** Lower-case hexadecimal SHA-256. */
export function codeDigest(): string {
  const lines = JUDGING_ROOMS.flatMap((room) => digestLines(room));
  const solver = createRequire(import.meta.url).resolve("epanet-js");
  lines.push(`node ${process.version}`, `epanet-js ${toHex(sha256(readFileSync(solver)))}`);
  return toHex(sha256(new TextEncoder().encode(lines.join("\n"))));
}

function digestLines(room: string): string[] {
  const folder = dirname(fileURLToPath(import.meta.resolve(room)));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /[.](ts|js)$/.test(file) && !/[.](test|d)[.]/.test(file))
    .sort();
  return files.map((file) => {
    const path = join(folder, file);
    return `${room}/${relative(folder, path)} ${toHex(sha256(readFileSync(path)))}`;
  });
}
