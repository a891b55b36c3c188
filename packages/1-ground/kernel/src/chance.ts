/**
 * Chance comes in through the constructor. `seededChance` repeats itself for simulations and tests;
 * keys and salts of a live site come from the operating system (see each package's wiring).
 */

export interface Chance {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}

/**
 * A repeatable source: xoshiro128** seeded by splitmix32.
 * Source: Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators" (2021). Not for secrets.
 */
export function seededChance(seed: number): Chance {
  const state = seedState(seed);
  const next32 = () => step(state);
  const uniform = () => (next32() * 2 ** 21 + (next32() >>> 11)) / 2 ** 53;
  return {
    uniform,
    // Box-Muller; 1 - u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    bytes: (length) => Uint8Array.from({ length }, () => next32() & 255),
  };
}

function seedState(seed: number): Uint32Array {
  let mixed = seed >>> 0;
  return Uint32Array.from({ length: 4 }, () => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let word = mixed;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  });
}

function step(state: Uint32Array): number {
  const s = state as unknown as [number, number, number, number];
  const rotated = rotate(Math.imul(s[1], 5), 7);
  const result = Math.imul(rotated, 9) >>> 0;
  const shifted = s[1] << 9;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = rotate(s[3], 11);
  return result;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
