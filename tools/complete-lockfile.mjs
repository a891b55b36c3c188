/**
 * Adds the optional packages of other platforms that a registry did not offer to package-lock.json.
 *
 * `npm install` writes no entry for an optional package it could not look up, and `npm ci` then refuses that very lock
 * file. Such an entry needs only its version and the platform it is for: on any other platform it is never fetched.
 * Run it after every `npm install`; `--check` only tells (the check runs it).
 */
import { readFileSync, writeFileSync } from "node:fs";

const FILE = "package-lock.json";
const SYSTEMS = ["darwin", "linux", "win32", "android", "freebsd", "openbsd", "netbsd", "sunos", "aix", "openharmony"];
const PROCESSORS = ["arm64", "x64", "ia32", "riscv64", "ppc64", "s390x", "loong64", "mips64el", "arm", "wasm32"];

const lock = JSON.parse(readFileSync(FILE, "utf8"));
const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name]) => !isLocked(path, name))
    .map(([name, version]) => ({ name, version, dev: entry.dev === true })),
);

function isLocked(path, name) {
  return `${path}/node_modules/${name}` in lock.packages || `node_modules/${name}` in lock.packages;
}

function entryOf({ name, version, dev }) {
  const words = name.split(/[/@._-]/);
  const only = (list) => list.filter((word) => words.some((part) => part === word || part.startsWith(`${word}eabi`)));
  const [os, cpu] = [only(SYSTEMS), only(PROCESSORS)];
  return {
    version,
    ...(dev ? { dev } : {}),
    optional: true,
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(os.length > 0 ? { os } : {}),
    ...(words.includes("musl") ? { libc: ["musl"] } : {}),
  };
}

if (missing.length > 0 && process.argv.includes("--check")) {
  console.error(
    `${FILE} lacks ${missing.length} optional packages, so npm ci refuses it: run \`node tools/complete-lockfile.mjs\``,
  );
  process.exitCode = 1;
} else if (missing.length > 0) {
  for (const optional of missing) lock.packages[`node_modules/${optional.name}`] = entryOf(optional);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([left], [right]) => (left < right ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(lock, undefined, 2)}\n`);
  console.log(`${FILE}: ${missing.length} optional packages of other platforms added`);
}
