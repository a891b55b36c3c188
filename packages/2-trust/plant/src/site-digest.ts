/**
 * The site digest: one number that names this version of a site.
 *
 * SHA-256 of the text that `sha256sum` prints for the site's files, sorted by path in byte order: a line of hash, two
 * blanks, path and newline each. So anybody can recompute it without our code. Only files the site names count.
 */
import { sha256, toHex } from "@twinward/kernel";
import type { SiteFile } from "./site.ts";

/** Lower-case hexadecimal. */
export function siteDigest(files: readonly SiteFile[]): string {
  const lines = sortedByPath(files).map((file) => `${toHex(sha256(file.bytes))}  ${file.path}\n`);
  return toHex(sha256(new TextEncoder().encode(lines.join(""))));
}

/** Paths are ASCII, so the order of code units is the order of bytes. */
export function sortedByPath(files: readonly SiteFile[]): SiteFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
