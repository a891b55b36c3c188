/**
 * Reading a site's files without leaving its folder.
 *
 * A name in site.yaml is text somebody wrote: `..`, absolute names and links that point outside are refused, as are
 * pipes and devices that would never end, and files beyond their limit are never read whole.
 */
import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { sitePath } from "./site-yaml.ts";

/** Gives a file's bytes, or says in one line why not. */
export type ReadFile = (path: string, bytesMax: number, limitName: string) => Uint8Array | string;

export function folderReader(dir: string): ReadFile {
  return (path, bytesMax, limitName) => {
    if (!sitePath.safeParse(path).success) return `"${path.slice(0, 100)}" is no path inside the site folder`;
    try {
      return readInside(dir, path, bytesMax, limitName);
    } catch (cause) {
      return `${path} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? "unknown cause"}`;
    }
  };
}

function readInside(dir: string, path: string, bytesMax: number, limitName: string): Uint8Array | string {
  const real = realpathSync(join(dir, path));
  const inside = relative(realpathSync(dir), real);
  if (isAbsolute(inside) || inside === ".." || inside.startsWith(`..${sep}`))
    return `${path} leads out of the site folder`;
  // Asked before opening: opening a pipe waits for its writer.
  if (!statSync(real).isFile()) return `${path} is not a file`;
  const file = openSync(real, "r");
  try {
    const { size } = fstatSync(file);
    if (size > bytesMax) return tooBig(path, size, bytesMax, limitName);
    const bytes = new Uint8Array(size);
    return bytes.subarray(0, readSync(file, bytes, 0, size, 0));
  } finally {
    closeSync(file);
  }
}

export function tooBig(path: string, size: number, bytesMax: number, limitName: string): string {
  return `${path} holds ${size} bytes, more than ${limitName} (${bytesMax})`;
}
