/** One value per signal as bytes: 64-bit floats, little-endian, NaN where there is none. */

export function packed(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(values.length * Float64Array.BYTES_PER_ELEMENT);
  for (let i = 0; i < values.length; i++)
    bytes.writeDoubleLE(values[i] ?? Number.NaN, i * Float64Array.BYTES_PER_ELEMENT);
  return bytes;
}

/** The one value in eight bytes; null for NaN and for a signal the row is too short for. */
export function unpacked(bytes: Uint8Array): number | null {
  if (bytes.length < Float64Array.BYTES_PER_ELEMENT) return null;
  const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readDoubleLE(0);
  return Number.isNaN(value) ? null : value;
}
