/**
 * Typed arrays in CBOR (RFC 8746): the five little-endian kinds that columns use.
 *
 * The bytes of a message are not aligned, so a column is copied once into aligned memory of the wanted type.
 */
import type { CborReader } from "./cbor-reader.ts";

/** Bits, so that a field can say which kinds it takes. */
export const TYPED = { uint8: 1, uint16: 2, uint32: 4, float32: 8, float64: 16 } as const;

/** RFC 8746 section 2.1: tag number, kind, bytes of one element. */
const KINDS: ReadonlyMap<number, { readonly kind: number; readonly width: number }> = new Map([
  [64, { kind: TYPED.uint8, width: 1 }],
  [69, { kind: TYPED.uint16, width: 2 }],
  [70, { kind: TYPED.uint32, width: 4 }],
  [85, { kind: TYPED.float32, width: 4 }],
  [86, { kind: TYPED.float64, width: 8 }],
]);

const LITTLE_ENDIAN_HOST = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

export interface Column {
  readonly kind: number;
  readonly bytes: Uint8Array;
  readonly count: number;
}

type Target = Uint8Array | Uint32Array | Float64Array;

/** A tagged byte string of one of the allowed kinds; undefined after a failure. */
export function readColumn(reader: CborReader, allowed: number): Column | undefined {
  const layout = KINDS.get(reader.readTag());
  const bytes = reader.readBytes();
  if (layout === undefined || (layout.kind & allowed) === 0) {
    reader.fail("COLUMNS_FIELD");
    return undefined;
  }
  const count = bytes.length / layout.width;
  if (!Number.isInteger(count)) reader.fail("COLUMNS_LENGTH");
  return { kind: layout.kind, bytes, count };
}

/** Copies all elements, converting to the target's type. */
export function copyColumn(column: Column, target: Target): void {
  const { kind, bytes } = column;
  if (kind === TYPED.uint8) target.set(bytes);
  else if (kind === TYPED.uint16) {
    for (let i = 0; i < target.length; i++) target[i] = bytes[2 * i]! | (bytes[2 * i + 1]! << 8);
  } else if (kind === TYPED.float64 && LITTLE_ENDIAN_HOST && target instanceof Float64Array) {
    new Uint8Array(target.buffer, target.byteOffset, bytes.length).set(bytes);
  } else copyByView(column, target);
}

function copyByView({ kind, bytes }: Column, target: Target): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < target.length; i++) {
    if (kind === TYPED.uint32) target[i] = view.getUint32(4 * i, true);
    else target[i] = kind === TYPED.float32 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true);
  }
}

/** The tag and little-endian bytes of a column to be written. */
export function bytesOf(column: Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array): {
  readonly tag: number;
  readonly bytes: Uint8Array;
} {
  const bytes = new Uint8Array(column.byteLength);
  const view = new DataView(bytes.buffer);
  const width = column.BYTES_PER_ELEMENT;
  for (let i = 0; i < column.length; i++) {
    const element = column[i]!;
    if (column instanceof Float64Array) view.setFloat64(8 * i, element, true);
    else if (column instanceof Float32Array) view.setFloat32(4 * i, element, true);
    else if (width === 4) view.setUint32(4 * i, element, true);
    else if (width === 2) view.setUint16(2 * i, element, true);
    else view.setUint8(i, element);
  }
  return { tag: tagOf(column), bytes };
}

function tagOf(column: Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array): number {
  if (column instanceof Float64Array) return 86;
  if (column instanceof Float32Array) return 85;
  if (column instanceof Uint32Array) return 70;
  return column instanceof Uint16Array ? 69 : 64;
}
