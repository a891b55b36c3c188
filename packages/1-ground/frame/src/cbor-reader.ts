/**
 * A strict, forward-only CBOR reader for hostile bytes (RFC 8949).
 *
 * It never throws and never allocates more than it was given. The first thing that is wrong is kept in
 * `failure`; from then on every read answers a harmless value, so that callers may check once, after a group of reads.
 *
 * Invariants: definite lengths only; integers within ±(2^53 - 1); `position` never passes `end`.
 */
import type { FrameRefusalCode } from "./refusals.ts";
import { RepeatedTexts } from "./repeated-texts.ts";

export const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

const FLOAT64 = 0xfb;
const NO_BYTES = new Uint8Array(0);
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const repeatedTexts = new RepeatedTexts();
const floatScratch = new DataView(new ArrayBuffer(8));

/** Guesses texts: answers the one under `number` when `bytes` holds just that from `start` to `end`. */
export interface NameGuide {
  nameAt(number: number, bytes: Uint8Array, start: number, end: number): string | undefined;
}

export class CborReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;
  failure: FrameRefusalCode | undefined = undefined;
  /** Major type of the head read last. */
  #major = 0;
  /** Low five bits of the head read last. */
  #info = 0;
  /** Argument of the head read last; the raw bits for floats of 2 and 4 bytes. */
  #argument = 0;
  #view: DataView | undefined;

  constructor(bytes: Uint8Array) {
    // A Buffer's subarray is a Buffer; views handed out are plain byte arrays on every platform.
    this.bytes = Object.getPrototypeOf(bytes) === Uint8Array.prototype ? bytes : plain(bytes);
    this.end = bytes.length;
    this.position = 0;
  }

  fail(code: FrameRefusalCode): void {
    this.failure ??= code;
    this.position = this.end;
  }

  /** Major type of the next item, -1 at the end. */
  peekMajor(): number {
    return this.position < this.end ? this.bytes[this.position]! >> 5 : -1;
  }

  /** The next head byte, -1 at the end. */
  peekByte(): number {
    return this.position < this.end ? this.bytes[this.position]! : -1;
  }

  /** Demands that nothing follows. */
  finish(): void {
    if (this.failure === undefined && this.position !== this.end) this.fail("CBOR_TRAILING_BYTES");
  }

  /** 0 to 2^53 - 1; 0 after a failure. */
  readUnsigned(): number {
    return this.#expect(MAJOR.unsigned) ? this.#argument : 0;
  }

  /** -(2^53 - 1) to 2^53 - 1; 0 after a failure. */
  readInteger(): number {
    if (!this.#head()) return 0;
    if (this.#major === MAJOR.unsigned) return this.#argument;
    if (this.#major !== MAJOR.negative) return this.#unexpected();
    if (this.#argument === Number.MAX_SAFE_INTEGER) this.fail("CBOR_INTEGER_RANGE");
    return -1 - this.#argument;
  }

  /** A view of the input; empty after a failure. */
  readBytes(): Uint8Array {
    if (!this.#expect(MAJOR.bytes)) return NO_BYTES;
    const start = this.#take(this.#argument);
    return start < 0 ? NO_BYTES : this.bytes.subarray(start, this.position);
  }

  /** Empty after a failure. */
  readText(): string {
    if (!this.#expect(MAJOR.text)) return "";
    const start = this.#take(this.#argument);
    return start < 0 ? "" : this.#decodeText(start);
  }

  /** The same as readText, faster for short texts that come again and again, such as names and units. */
  readRepeatedText(): string {
    if (!this.#expect(MAJOR.text)) return "";
    const start = this.#take(this.#argument);
    if (start < 0) return "";
    return repeatedTexts.find(this.bytes, start, this.position) ?? this.#remember(start);
  }

  /** The same as readText, faster when it is the name that the guide has under `number`. */
  readGuidedText(guide: NameGuide, number: number): string {
    if (!this.#expect(MAJOR.text)) return "";
    const start = this.#take(this.#argument);
    if (start < 0) return "";
    const { bytes, position } = this;
    return (
      guide.nameAt(number, bytes, start, position) ??
      repeatedTexts.find(bytes, start, position) ??
      this.#remember(start)
    );
  }

  #remember(start: number): string {
    const text = this.#decodeText(start);
    if (this.failure === undefined) repeatedTexts.add(this.bytes.slice(start, this.position), text);
    return text;
  }

  /** Number of items; 0 after a failure. Never more than the bytes that are left. */
  readArrayHead(): number {
    return this.#expect(MAJOR.array) ? this.#countWithin(1) : 0;
  }

  /** Number of pairs; 0 after a failure. Never more than half the bytes that are left. */
  readMapHead(): number {
    return this.#expect(MAJOR.map) ? this.#countWithin(2) : 0;
  }

  /** -1 after a failure. */
  readTag(): number {
    return this.#expect(MAJOR.tag) ? this.#argument : -1;
  }

  /** An integer or a float of any width, NaN and infinities included; 0 after a failure. */
  readNumber(): number {
    const initial = this.peekByte();
    if (initial === FLOAT64) return this.#readDouble();
    if (initial >> 5 !== MAJOR.simple) return this.readInteger();
    if (!this.#head()) return 0;
    if (this.#info === 25) return halfFloat(this.#argument);
    return this.#info === 26 ? singleFloat(this.#argument) : this.#unexpected();
  }

  /** The number of a simple value (20 false, 21 true, 22 null, 23 undefined); -1 after a failure. */
  readSimple(): number {
    if (!this.#expect(MAJOR.simple)) return -1;
    // RFC 8949 section 3.3: a two-byte simple value below 32 is not well-formed.
    if (this.#info === 24 && this.#argument < 32) this.fail("CBOR_INVALID");
    if (this.#info > 24) this.#unexpected();
    return this.failure === undefined ? this.#argument : -1;
  }

  #readDouble(): number {
    this.position += 1;
    const start = this.#take(8);
    if (start < 0) return 0;
    this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.end);
    return this.#view.getFloat64(start);
  }

  #expect(major: number): boolean {
    if (!this.#head()) return false;
    if (this.#major === major) return true;
    this.#unexpected();
    return false;
  }

  #unexpected(): number {
    this.fail("CBOR_UNEXPECTED_TYPE");
    return 0;
  }

  #head(): boolean {
    if (this.position >= this.end) {
      this.fail("CBOR_TRUNCATED");
      return false;
    }
    const initial = this.bytes[this.position++]!;
    const info = initial & 31;
    this.#major = initial >> 5;
    this.#info = info;
    if (info < 24) {
      this.#argument = info;
      return true;
    }
    return this.#longArgument(info);
  }

  #longArgument(info: number): boolean {
    if (info > 27) {
      this.fail(info === 31 ? "CBOR_INDEFINITE" : "CBOR_INVALID");
      return false;
    }
    const width = 1 << (info - 24);
    const start = this.#take(width);
    if (start < 0) return false;
    let argument = 0;
    for (let i = 0; i < width; i++) argument = argument * 256 + this.bytes[start + i]!;
    this.#argument = argument;
    if (argument > Number.MAX_SAFE_INTEGER) this.fail("CBOR_INTEGER_RANGE");
    return this.failure === undefined;
  }

  /** Moves over `length` bytes and answers where they began; -1 when they are not there. */
  #take(length: number): number {
    if (length > this.end - this.position) {
      this.fail("CBOR_TRUNCATED");
      return -1;
    }
    const start = this.position;
    this.position += length;
    return start;
  }

  #countWithin(bytesEach: number): number {
    if (this.#argument * bytesEach <= this.end - this.position) return this.#argument;
    this.fail("CBOR_TRUNCATED");
    return 0;
  }

  #decodeText(start: number): string {
    const { bytes, position } = this;
    let text = "";
    for (let i = start; i < position; i++) {
      const byte = bytes[i]!;
      if (byte > 127) return this.#decodeUtf8(start);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #decodeUtf8(start: number): string {
    try {
      return strictUtf8.decode(this.bytes.subarray(start, this.position));
    } catch {
      this.fail("CBOR_INVALID");
      return "";
    }
  }
}

function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** IEEE 754 binary16; RFC 8949 appendix D. */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

function singleFloat(bits: number): number {
  floatScratch.setUint32(0, bits);
  return floatScratch.getFloat32(0);
}
