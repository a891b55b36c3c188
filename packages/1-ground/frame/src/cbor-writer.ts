/** A CBOR writer: definite lengths, shortest heads (RFC 8949 section 4.1). What it writes our reader reads. */

const utf8 = new TextEncoder();

export class CborWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  /** @param capacity first guess of the length in bytes; grows by itself */
  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  unsigned(value: number): this {
    return this.#head(0, value);
  }

  integer(value: number): this {
    return value < 0 ? this.#head(1, -1 - value) : this.#head(0, value);
  }

  bytes(value: Uint8Array): this {
    return this.#head(2, value.length).raw(value);
  }

  text(value: string): this {
    const encoded = utf8.encode(value);
    return this.#head(3, encoded.length).raw(encoded);
  }

  arrayHead(count: number): this {
    return this.#head(4, count);
  }

  mapHead(pairs: number): this {
    return this.#head(5, pairs);
  }

  tag(number: number): this {
    return this.#head(6, number);
  }

  /** false 20, true 21, null 22. */
  simple(number: number): this {
    return this.#head(7, number);
  }

  float64(value: number): this {
    this.#reserve(9);
    this.#bytes[this.#length] = 0xfb;
    this.#view.setFloat64(this.#length + 1, value);
    this.#length += 9;
    return this;
  }

  /** An integer when the value is one (and not -0), else a float64. */
  number(value: number): this {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? this.integer(value) : this.float64(value);
  }

  /** Bytes that are CBOR already. */
  raw(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #head(major: number, argument: number): this {
    this.#reserve(9);
    const [info, width] = argument < 24 ? [argument, 0] : widthOf(argument);
    this.#bytes[this.#length++] = (major << 5) | info;
    if (width === 1) this.#view.setUint8(this.#length, argument);
    else if (width === 2) this.#view.setUint16(this.#length, argument);
    else if (width === 4) this.#view.setUint32(this.#length, argument);
    else if (width === 8) this.#view.setBigUint64(this.#length, BigInt(argument));
    this.#length += width;
    return this;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** The head's low five bits and how many bytes follow it. */
function widthOf(argument: number): readonly [number, number] {
  if (argument < 0x100) return [24, 1];
  if (argument < 0x10000) return [25, 2];
  return argument < 0x1_0000_0000 ? [26, 4] : [27, 8];
}
