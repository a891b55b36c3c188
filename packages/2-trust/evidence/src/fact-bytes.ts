/**
 * Facts as bytes: deterministic CBOR, so that an entry has exactly one form (docs/formats/entry.md).
 *
 * RFC 8949 section 4.2.1 (shortest heads, keys sorted by their encoded bytes), with one choice of our own: a number that
 * is a safe integer is written as an integer, every other number as a 64-bit float. Made tight, because each frame
 * that comes in is one entry.
 */
import { assert } from "@twinward/kernel";
import { ENTRY_BYTES_MAX, type Fact } from "./entry.ts";

type FactMap = { readonly [name: string]: Fact };

const FACT_DEPTH_MAX = 12;
/** Field names are few and come again; their bytes are kept. */
const KNOWN_KEYS_MAX = 512;
const knownKeys = new Map<string, Uint8Array>();
const keyWriter = new TextEncoder();
/** Entries lie side by side in pieces of this size: the newest are kept for a while, and must keep nothing else alive. */
const SLAB_BYTES = 64 * 1024;
/** Longer texts are left to the platform's encoder. */
const SHORT_TEXT_MAX = 64;

/** The names of a map as they were given, and as they are written. */
interface MapOrder {
  readonly given: readonly string[];
  readonly sorted: readonly string[];
  readonly keys: readonly Uint8Array[];
}

const NO_ORDER: MapOrder = { given: [], sorted: [], keys: [] };

/** Writes one item after the other into one kept buffer; `finish` copies them out. */
export class FactWriter {
  readonly #buffer = Buffer.allocUnsafeSlow(ENTRY_BYTES_MAX + 16);
  #length = 0;
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #slabUsed = 0;
  /** Of the map written last: frames come one after the other, and their facts have the same names. */
  #order: MapOrder = NO_ORDER;

  start(): void {
    this.#length = 0;
  }

  /** The bytes written since `start`; nobody else writes to them. Throws RangeError above ENTRY_BYTES_MAX. */
  finish(): Buffer {
    if (this.#length > ENTRY_BYTES_MAX) throw new RangeError("an entry is longer than ENTRY_BYTES_MAX");
    const bytes = this.#piece(this.#length);
    this.#buffer.copy(bytes, 0, 0, this.#length);
    return bytes;
  }

  #piece(length: number): Buffer {
    if (length > SLAB_BYTES / 4) return Buffer.allocUnsafeSlow(length);
    if (this.#slabUsed + length > SLAB_BYTES) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#slabUsed = 0;
    }
    this.#slabUsed += length;
    return this.#slab.subarray(this.#slabUsed - length, this.#slabUsed);
  }

  mapHead(pairs: number): void {
    this.#head(0xa0, pairs);
  }

  /** A key that the caller knows to be next in order. */
  key(name: string): void {
    this.#encodedKey(keyOf(name));
  }

  value(fact: Fact, depthLeft: number = FACT_DEPTH_MAX): void {
    if (typeof fact === "string") this.#text(fact);
    else if (typeof fact === "number") this.#number(fact);
    else if (fact === null) this.#byte(0xf6);
    else if (typeof fact === "boolean") this.#byte(fact ? 0xf5 : 0xf4);
    else if (fact instanceof Uint8Array) this.#bytes(fact);
    else this.#nested(fact, depthLeft);
  }

  #nested(fact: readonly Fact[] | FactMap, depthLeft: number): void {
    assert(depthLeft > 0, "facts are nested at most FACT_DEPTH_MAX deep");
    if (isList(fact)) {
      this.#head(0x80, fact.length);
      for (const item of fact) this.value(item, depthLeft - 1);
      return;
    }
    const { sorted, keys } = this.#orderOf(Object.keys(fact));
    this.mapHead(sorted.length);
    for (let i = 0; i < sorted.length; i++) {
      this.#encodedKey(keys[i] as Uint8Array);
      this.value(fact[sorted[i] as string] ?? null, depthLeft - 1);
    }
  }

  #orderOf(given: readonly string[]): MapOrder {
    if (!sameNames(given, this.#order.given)) this.#order = orderOf(given);
    return this.#order;
  }

  #encodedKey(key: Uint8Array): void {
    this.#room(key.length);
    for (let i = 0; i < key.length; i++) this.#buffer[this.#length + i] = key[i] as number;
    this.#length += key.length;
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      if (value >= 0) this.#head(0x00, value);
      else this.#head(0x20, -1 - value);
      return;
    }
    assert(Number.isFinite(value), "a fact is a finite number");
    this.#room(9);
    this.#buffer[this.#length] = 0xfb;
    this.#buffer.writeDoubleBE(value, this.#length + 1);
    this.#length += 9;
  }

  #text(text: string): void {
    if (this.#shortText(text)) return;
    assert(text.isWellFormed(), "a text fact is well-formed Unicode");
    const bytes = Buffer.byteLength(text);
    this.#head(0x60, bytes);
    this.#room(bytes);
    this.#length += this.#buffer.write(text, this.#length, bytes, "utf8");
  }

  /** Writes a short text of ASCII; false, with nothing written, when it is another one. */
  #shortText(text: string): boolean {
    if (text.length > SHORT_TEXT_MAX) return false;
    const before = this.#length;
    this.#head(0x60, text.length);
    this.#room(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.#length = before;
        return false;
      }
      this.#buffer[this.#length++] = code;
    }
    return true;
  }

  #bytes(bytes: Uint8Array): void {
    this.#head(0x40, bytes.length);
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #head(major: number, value: number): void {
    this.#room(9);
    const buffer = this.#buffer;
    const at = this.#length;
    if (value < 24) {
      buffer[at] = major | value;
      this.#length = at + 1;
    } else if (value < 0x100) {
      buffer[at] = major | 24;
      buffer[at + 1] = value;
      this.#length = at + 2;
    } else if (value < 0x10000) {
      buffer[at] = major | 25;
      buffer[at + 1] = value >> 8;
      buffer[at + 2] = value & 0xff;
      this.#length = at + 3;
    } else if (value < 0x100000000) {
      buffer[at] = major | 26;
      buffer.writeUInt32BE(value, at + 1);
      this.#length = at + 5;
    } else {
      buffer[at] = major | 27;
      buffer.writeUInt32BE(Math.floor(value / 0x100000000), at + 1);
      buffer.writeUInt32BE(value % 0x100000000, at + 5);
      this.#length = at + 9;
    }
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#buffer[this.#length++] = byte;
  }

  #room(bytes: number): void {
    if (this.#length + bytes > this.#buffer.length) throw new RangeError("an entry is longer than ENTRY_BYTES_MAX");
  }
}

/** Names in the order of their encoded bytes: shorter first, then by bytes. */
function orderOf(given: readonly string[]): MapOrder {
  const sorted = [...given].sort((left, right) => Buffer.compare(keyOf(left), keyOf(right)));
  return { given, sorted, keys: sorted.map(keyOf) };
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

/** An encoded key starts with its length, so that comparing the bytes compares lengths first. */
function keyOf(name: string): Uint8Array {
  return knownKeys.get(name) ?? learnKey(name);
}

function learnKey(name: string): Uint8Array {
  assert(name.isWellFormed(), "a fact's name is well-formed Unicode");
  const text = keyWriter.encode(name);
  const length = text.length;
  assert(length < 0x10000, "a fact's name fits an entry");
  const head = length < 24 ? [0x60 | length] : length < 256 ? [0x78, length] : [0x79, length >> 8, length & 0xff];
  const encoded = Uint8Array.from([...head, ...text]);
  if (knownKeys.size < KNOWN_KEYS_MAX) knownKeys.set(name, encoded);
  return encoded;
}

function isList(fact: readonly Fact[] | FactMap): fact is readonly Fact[] {
  return Array.isArray(fact);
}
