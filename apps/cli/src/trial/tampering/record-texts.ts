/** Proof texts and bundles taken apart and put together again wrongly. */
import type { Chance } from "@twinward/kernel";

const below = (bound: number, chance: Chance) => Math.floor(chance.uniform() * bound);

interface ProofParts {
  readonly extra: string;
  readonly index: string;
  readonly hashes: readonly string[];
  readonly head: string;
}

const MAGIC = "c2sp.org/tlog-proof@v1";

function partsOf(text: string): ProofParts {
  const split = text.indexOf("\n\n");
  const [, extra = "", index = "", ...hashes] = text.slice(0, split).split("\n");
  return { extra, index, hashes, head: text.slice(split + 2) };
}

const textOf = ({ extra, index, hashes, head }: ProofParts) =>
  `${[MAGIC, extra, index, ...hashes].join("\n")}\n\n${head}`;

/** @param texts proofs of different entries of one log */
export function proofForgeries(texts: readonly string[], foreignHead: string, chance: Chance): Record<string, string> {
  const at = below(texts.length - 1, chance);
  const [own, other] = [partsOf(texts[at] as string), partsOf(texts[at + 1] as string)];
  const { hashes } = own;
  const swapped = [...hashes];
  [swapped[0], swapped[1]] = [swapped[1] ?? "", swapped[0] ?? ""];
  const whole = texts[at] as string;
  const parts: Record<string, Partial<ProofParts>> = {
    "another entry": { extra: other.extra },
    "another index": { index: other.index },
    "another path": { hashes: other.hashes },
    "another log's head": { head: foreignHead },
    "a hash deleted": { hashes: hashes.slice(1) },
    "a hash doubled": { hashes: [hashes[0] ?? "", ...hashes] },
    "two hashes swapped": { hashes: swapped },
    "no path": { hashes: [] },
    "no entry": { extra: "extra " },
    "no signature": { head: `${own.head.split("\n\n")[0]}\n` },
  };
  return {
    ...Object.fromEntries(Object.entries(parts).map(([what, part]) => [what, textOf({ ...own, ...part })])),
    "cut at a line": whole.slice(0, whole.lastIndexOf("\n", whole.length - 2) + 1),
    "cut inside a line": whole.slice(0, 1 + below(whole.length - 2, chance)),
    "a line appended": `${whole}more\n`,
  };
}

export function bundleForgeries(bundle: Buffer, chance: Chance): Record<string, Uint8Array> {
  const [half, place] = [bundle.length >> 1, 1 + below(bundle.length - 2, chance)];
  return {
    "cut anywhere": bundle.subarray(0, place),
    "cut by one byte": bundle.subarray(0, bundle.length - 1),
    "a byte appended": Buffer.concat([bundle, Buffer.of(0)]),
    doubled: Buffer.concat([bundle, bundle]),
    "halves swapped": Buffer.concat([bundle.subarray(half), bundle.subarray(0, half)]),
    "a stretch deleted": Buffer.concat([bundle.subarray(0, place), bundle.subarray(place + 40)]),
    "a stretch doubled": Buffer.concat([bundle.subarray(0, place), bundle.subarray(Math.max(0, place - 40))]),
    "a stretch emptied": Buffer.from(bundle).fill(0, place, place + 40),
  };
}
