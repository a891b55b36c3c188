/**
 * Makes malformed input out of well-formed: bits, bytes, stretches, tokens of the format, and for JSON the tree itself.
 * Everything comes from the chance given, so that an input can be made again from its seed and number.
 */
import type { Chance } from "@twinward/kernel";

export interface Corpus {
  /** Well-formed inputs, at least one. */
  readonly samples: readonly Uint8Array[];
  /** What the format is sensitive to. */
  readonly tokens: readonly Uint8Array[];
  /** Also change the values inside JSON. */
  readonly json?: boolean;
}

const INPUT_BYTES_MAX = 64 * 1024;
const BLOW_UP_SHARE = 1 / 256;
const CHANGES_MAX = 8;
const JSON_SHARE = 0.5;

export function malformed(corpus: Corpus, chance: Chance): Uint8Array {
  const sample = pick(corpus.samples, chance);
  let bytes: Uint8Array = sample;
  if (corpus.json === true && chance.uniform() < JSON_SHARE) bytes = changedTree(sample, chance);
  else for (let left = 1 + below(CHANGES_MAX, chance); left > 0; left--) bytes = changed(bytes, corpus, chance);
  return chance.uniform() < BLOW_UP_SHARE ? blownUp(bytes, chance) : bytes;
}

type Change = (bytes: Uint8Array, corpus: Corpus, chance: Chance) => Uint8Array;

const CHANGES: readonly Change[] = [
  (bytes, _corpus, chance) => at(bytes, chance, (byte) => byte ^ (1 << below(8, chance))),
  (bytes, _corpus, chance) => at(bytes, chance, () => below(256, chance)),
  (bytes, _corpus, chance) => bytes.slice(0, below(bytes.length + 1, chance)),
  (bytes, corpus, chance) => put(bytes, below(bytes.length + 1, chance), 0, pick(corpus.tokens, chance)),
  (bytes, corpus, chance) => {
    const token = pick(corpus.tokens, chance);
    return put(bytes, below(bytes.length + 1, chance), token.length, token);
  },
  (bytes, _corpus, chance) => put(bytes, below(bytes.length + 1, chance), 1 + below(16, chance), new Uint8Array(0)),
  (bytes, _corpus, chance) => put(bytes, below(bytes.length + 1, chance), 0, stretch(bytes, chance)),
  (bytes, corpus, chance) => {
    const other = pick(corpus.samples, chance);
    return put(bytes, below(bytes.length + 1, chance), below(64, chance), stretch(other, chance));
  },
  (bytes, _corpus, chance) => put(bytes, below(bytes.length + 1, chance), 0, chance.bytes(1 + below(8, chance))),
];

function changed(bytes: Uint8Array, corpus: Corpus, chance: Chance): Uint8Array {
  return pick(CHANGES, chance)(bytes, corpus, chance).subarray(0, INPUT_BYTES_MAX);
}

function at(bytes: Uint8Array, chance: Chance, next: (byte: number) => number): Uint8Array {
  if (bytes.length === 0) return bytes;
  const copy = new Uint8Array(bytes);
  const place = below(bytes.length, chance);
  copy[place] = next(copy[place] ?? 0);
  return copy;
}

function put(bytes: Uint8Array, place: number, drop: number, what: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, place), what, bytes.subarray(Math.min(bytes.length, place + drop))]);
}

function stretch(bytes: Uint8Array, chance: Chance): Uint8Array {
  const start = below(bytes.length + 1, chance);
  return bytes.subarray(start, start + below(64, chance));
}

/** The same stretch again and again, up to the greatest input. */
function blownUp(bytes: Uint8Array, chance: Chance): Uint8Array {
  const part = stretch(bytes, chance);
  if (part.length === 0) return bytes;
  const times = Math.floor((INPUT_BYTES_MAX - bytes.length) / part.length);
  const many = Buffer.concat(Array.from({ length: Math.max(0, times) }, () => part));
  return put(bytes, below(bytes.length + 1, chance), 0, many).subarray(0, INPUT_BYTES_MAX);
}

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  "",
  0,
  -1,
  1.5,
  1e308,
  -0,
  9_007_199_254_740_992,
  [],
  {},
  [[[[[[[[[[]]]]]]]]]],
  { __proto__: null },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}'),
  "../../../../etc/passwd",
  "\u0000",
  "\ud800",
  "a".repeat(3_000),
  Array.from({ length: 3_000 }, (_, i) => i % 7),
];

/** One value of the tree becomes an odd one, or another of its own values, or loses or gains a name. */
function changedTree(sample: Uint8Array, chance: Chance): Uint8Array {
  const root = { it: JSON.parse(Buffer.from(sample).toString("utf8")) as unknown };
  const places: [Record<string, unknown>, string][] = [];
  gather(root, places);
  for (let left = 1 + below(3, chance); left > 0; left--) {
    const [holder, name] = pick(places, chance);
    const drawn = chance.uniform();
    if (drawn < 0.2 && !Array.isArray(holder)) delete holder[name];
    else if (drawn < 0.4) holder[name] = structuredClone(valueAt(pick(places, chance)));
    else if (drawn < 0.5) holder[`${name}x`] = holder[name];
    else holder[name] = pick(ODD_VALUES, chance);
  }
  return Buffer.from(JSON.stringify(root.it) ?? "", "utf8").subarray(0, INPUT_BYTES_MAX);
}

const valueAt = ([holder, name]: [Record<string, unknown>, string]): unknown => holder[name];

function gather(holder: object, places: [Record<string, unknown>, string][]): void {
  for (const [name, value] of Object.entries(holder)) {
    places.push([holder as Record<string, unknown>, name]);
    if (typeof value === "object" && value !== null) gather(value, places);
  }
}

const below = (bound: number, chance: Chance) => Math.floor(chance.uniform() * bound);
const pick = <Item>(items: readonly Item[], chance: Chance): Item => items[below(items.length, chance)] as Item;
