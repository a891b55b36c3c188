/** Flips one bit at a time in a stored kind and asks its judge; puts the file back each time. */
import { readFileSync, writeFileSync } from "node:fs";
import type { Chance } from "@twinward/kernel";
import type { FlipKind } from "./flip-kinds.ts";

export interface FlipFigures {
  readonly flips: number;
  readonly named: number;
  /** Without meaning: proven by an equal logical dump, never assumed. */
  readonly harmless: number;
  readonly codes: readonly string[];
}

export async function flipBits(
  kind: FlipKind,
  count: number,
  chance: Chance,
  misses: (text: string) => void,
): Promise<FlipFigures> {
  const whole = kind.files.map((path) => ({ path, bytes: readFileSync(path) })).filter(({ bytes }) => bytes.length > 0);
  const codes = new Set<string>();
  let [named, harmless] = [0, 0];
  for (let i = 0; i < count; i++) {
    const { path, bytes } = whole[Math.floor(chance.uniform() * whole.length)] as (typeof whole)[number];
    const [at, bit] = [Math.floor(chance.uniform() * bytes.length), Math.floor(chance.uniform() * 8)];
    const before = await kind.meaning?.(path);
    const flipped = Uint8Array.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
    writeFileSync(path, flipped);
    const found = await judged(kind, path);
    writeFileSync(path, flipped);
    const after = found.name === undefined ? await kind.meaning?.(path) : undefined;
    writeFileSync(path, bytes);
    if (found.name !== undefined) {
      named += 1;
      codes.add(found.name);
    } else if (found.crash === undefined && before !== undefined && before === after) harmless += 1;
    else misses(`${kind.name}: bit ${bit} of byte ${at} of ${path}: ${found.crash ?? "nobody noticed"}`);
  }
  return { flips: count, named, harmless, codes: [...codes] };
}

async function judged(kind: FlipKind, path: string): Promise<{ name?: string; crash?: string }> {
  try {
    const name = await kind.judge(path);
    return name === undefined ? {} : { name };
  } catch (error) {
    return { crash: error instanceof Error ? (error.stack ?? error.message).split("\n").slice(0, 3).join(" | ") : "?" };
  }
}
