/**
 * Tiles and entry bundles (c2sp.org/tlog-tiles): the log as a set of small files that never change.
 *
 * A full tile holds 256 hashes; one at the right edge may be partial. Level 0 holds leaf hashes, each hash of a higher
 * level is the root of a full tile below it.
 */
import { HASH_BYTES } from "./hash.ts";
import { type TlogRefusal, tlogRefusal } from "./refusals.ts";

export const TILE_WIDTH = 256;
/** A tile is a subtree of this height. */
export const TILE_HEIGHT = 8;
const ENTRY_LENGTH_BYTES = 2;
const ENTRY_BYTES_MAX = 0xffff;

export interface TileId {
  /** 0 holds leaf hashes. */
  readonly level: number;
  readonly number: number;
  /** Hashes in it, 1 to 256. */
  readonly width: number;
}

/** All tiles of a tree of `size` leaves: full ones in order, then the partial one, level by level. */
export function* tilesOf(size: number): Generator<TileId> {
  for (let level = 0, hashes = size; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const full = Math.floor(hashes / TILE_WIDTH);
    for (let number = 0; number < full; number++) yield { level, number, width: TILE_WIDTH };
    if (hashes % TILE_WIDTH > 0) yield { level, number: full, width: hashes % TILE_WIDTH };
  }
}

/** The tiles that are full at `size` and were not at `oldSize`. */
export function* tilesFilledBetween(oldSize: number, size: number): Generator<TileId> {
  let [before, after] = [oldSize, size];
  for (let level = 0; after >= TILE_WIDTH; level++) {
    before = Math.floor(before / TILE_WIDTH);
    after = Math.floor(after / TILE_WIDTH);
    for (let number = before; number < after; number++) yield { level, number, width: TILE_WIDTH };
  }
}

/** e.g. `tile/0/x001/234` or `tile/1/000.p/17`. */
export function tilePath(tile: TileId): string {
  return `tile/${tile.level}/${numberPath(tile.number)}${partial(tile.width)}`;
}

/** e.g. `tile/entries/x001/234.p/17`. */
export function bundlePath(number: number, width: number): string {
  return `tile/entries/${numberPath(number)}${partial(width)}`;
}

/** The bundle of up to 256 entries, each with its length in 16 bits before it. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + ENTRY_LENGTH_BYTES + entry.length, 0));
  let offset = 0;
  for (const entry of entries) {
    if (entry.length > ENTRY_BYTES_MAX) throw new RangeError("an entry of a bundle is at most 65,535 bytes long");
    bytes[offset] = entry.length >> 8;
    bytes[offset + 1] = entry.length & 0xff;
    bytes.set(entry, offset + ENTRY_LENGTH_BYTES);
    offset += ENTRY_LENGTH_BYTES + entry.length;
  }
  return bytes;
}

/** The entries of a bundle of `width` entries. */
export function parseBundle(bytes: Uint8Array, width: number): Uint8Array[] | TlogRefusal {
  const entries: Uint8Array[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const start = offset + ENTRY_LENGTH_BYTES;
    const end = start + (bytes[offset] ?? 0) * 256 + (bytes[offset + 1] ?? 0);
    if (start > bytes.length || end > bytes.length) return malformed("an entry is cut off");
    entries.push(bytes.subarray(start, end));
    if (entries.length > width) return malformed("too many entries");
    offset = end;
  }
  return entries.length === width ? entries : malformed(`${entries.length} entries instead of ${width}`);
}

/** The hashes of a tile of `width`. */
export function parseTile(bytes: Uint8Array, width: number): Uint8Array[] | TlogRefusal {
  if (bytes.length !== width * HASH_BYTES) return malformed(`a tile of ${bytes.length} bytes`);
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

/** Which tile or bundle a path names; undefined when it names none. The inverse of tilePath and bundlePath. */
export function parseTilePath(
  path: string,
): (TileId | ({ readonly level: "entries" } & Omit<TileId, "level">)) | undefined {
  const match =
    /^tile\/(entries|[0-9]|[1-5][0-9]|6[0-3])\/((?:x[0-9]{3}\/)*)([0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path);
  if (match === null) return undefined;
  const [, level = "", high = "", low = "", width] = match;
  const number = Number(high.replace(/[x/]/g, "") + low);
  const id = { number, width: width === undefined ? TILE_WIDTH : Number(width) };
  if (!Number.isSafeInteger(number) || (width !== undefined && id.width >= TILE_WIDTH)) return undefined;
  const tile = level === "entries" ? ({ ...id, level } as const) : { ...id, level: Number(level) };
  return pathOf(tile) === path ? tile : undefined;
}

function pathOf(tile: { level: number | "entries"; number: number; width: number }): string {
  return tile.level === "entries" ? bundlePath(tile.number, tile.width) : tilePath({ ...tile, level: tile.level });
}

function numberPath(number: number): string {
  const parts = [String(number % 1000).padStart(3, "0")];
  for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    parts.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  return parts.join("/");
}

function partial(width: number): string {
  return width === TILE_WIDTH ? "" : `.p/${width}`;
}

function malformed(what: string): TlogRefusal {
  return tlogRefusal("BUNDLE_MALFORMED", what);
}
