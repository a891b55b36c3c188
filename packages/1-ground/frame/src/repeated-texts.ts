/**
 * Short texts that come in every message: found by their bytes, so that they are not decoded again.
 *
 * A direct-mapped table of fixed size: a text that hashes to an occupied place takes it over. Whoever floods it makes
 * decoding as slow as without it and nothing else; a find compares all bytes.
 */

const PLACES = 4096;
const BYTES_MAX = 64;

export class RepeatedTexts {
  readonly #bytes: (Uint8Array | undefined)[] = new Array(PLACES).fill(undefined);
  readonly #texts: string[] = new Array(PLACES).fill("");

  /** The text of these bytes, if it is here. */
  find(bytes: Uint8Array, start: number, end: number): string | undefined {
    const place = placeOf(bytes, start, end);
    const known = this.#bytes[place];
    if (known === undefined || known.length !== end - start) return undefined;
    for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return undefined;
    return this.#texts[place];
  }

  /** Keeps `bytes`; the caller gives them away. Long texts are not kept. */
  add(bytes: Uint8Array, text: string): void {
    if (bytes.length > BYTES_MAX) return;
    const place = placeOf(bytes, 0, bytes.length);
    this.#bytes[place] = bytes;
    this.#texts[place] = text;
  }
}

/** FNV-1a. */
function placeOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return (hash ^ (hash >>> 15)) & (PLACES - 1);
}
