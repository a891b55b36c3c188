/** A data folder: modes, room on the disk, certificates. Reads only. */
import { X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Finding, fine, skipped, wrong } from "./finding.ts";

const FREE_BYTES_MIN = 512 * 1024 * 1024;
const EXPIRY_DAYS_MIN = 14;
const DAY_MS = 86_400_000;

export function checkDataFolder(dir: string, nowMs: number): Finding[] {
  if (!existsSync(join(dir, "log.db")))
    return [wrong("data", `${dir} is not a data folder`, "Start `twinward serve` with this --data once.")];
  return [checkModes(dir), checkDisk(dir), ...checkCertificates(dir, nowMs)];
}

/** Whoever can read a key can sign with it; whoever can enter the folder can read what the plant does. */
function checkModes(dir: string): Finding {
  const keys = join(dir, "keys");
  const files = existsSync(keys)
    ? readdirSync(keys, { recursive: true, encoding: "utf8" }).map((name) => join(keys, name))
    : [];
  const secret = files.filter((file) => statSync(file).isFile() && !file.endsWith(".crt"));
  const open = [dir, join(dir, "log.db"), ...secret].filter((file) => (statSync(file).mode & 0o077) !== 0);
  if (open.length === 0) return fine("modes", `${secret.length} key files, none readable by others`);
  return wrong("modes", `others may read ${open.join(", ")}`, `chmod -R go-rwx ${dir}`);
}

function checkDisk(dir: string): Finding {
  const { bavail, bsize } = statfsSync(dir);
  const free = bavail * bsize;
  const detail = `${Math.round(free / 1024 / 1024)} MiB free`;
  return free >= FREE_BYTES_MIN
    ? fine("disk", detail)
    : wrong("disk", detail, "Make room: without it no frame can be acknowledged.");
}

function checkCertificates(dir: string, nowMs: number): Finding[] {
  const names = ["ca.crt", "server.crt"].filter((name) => existsSync(join(dir, "keys", name)));
  if (names.length === 0) return [skipped("certificates", "none made yet")];
  return names.map((name) => checkCertificate(name, readFileSync(join(dir, "keys", name)), nowMs));
}

function checkCertificate(name: string, pem: Buffer, nowMs: number): Finding {
  const days = Math.floor((new X509Certificate(pem).validToDate.getTime() - nowMs) / DAY_MS);
  const detail = `${name} ends in ${days} days`;
  return days >= EXPIRY_DAYS_MIN
    ? fine("certificates", detail)
    : wrong("certificates", detail, "Restart `twinward serve`: it renews what it can.");
}
