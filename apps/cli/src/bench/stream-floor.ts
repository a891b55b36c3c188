/** P6: the five streaming checks against their floor, the same arithmetic over bare typed arrays, 100,000 signals in random order. */
import { StreamChecks } from "@twinward/detection";
import { seededChance } from "@twinward/kernel";
import { ratioOf, type Spread, spreadOf } from "./figures.ts";

const SIGNALS = 100_000;
const BLOCK = 1_000;
const BLOCKS = 64;
const PASSES = 30;
const ROUNDS = 9;

interface Block {
  readonly signals: Uint32Array;
  readonly values: Float64Array;
  readonly timesMs: Float64Array;
}

export function streamChecks(): { readonly floorNs: Spread; readonly productNs: Spread; readonly overFloor: number } {
  const blocks = randomBlocks();
  const limits = {
    minimum: -50,
    maximum: 1500,
    ratePerMsMax: 1e9,
    sameMax: 30,
    mean: 500,
    spread: 100,
    ewmaMax: 8,
    cusumMax: 8,
  };
  const checks = new StreamChecks(Array.from({ length: SIGNALS }, () => limits));
  const floor = new Floor();
  const product = ({ signals, timesMs, values }: Block) => checks.check(signals, timesMs, values, BLOCK);
  const bare = (block: Block) => floor.check(block);
  const rounds = Array.from({ length: ROUNDS + 2 }, (_, round) => ({
    floor: nsPerReading(blocks, bare, round),
    product: nsPerReading(blocks, product, round),
  })).slice(2);
  const floorNs = rounds.map((round) => round.floor);
  const productNs = rounds.map((round) => round.product);
  return { floorNs: spreadOf(floorNs), productNs: spreadOf(productNs), overFloor: ratioOf(productNs, floorNs).median };
}

function randomBlocks(): Block[] {
  const chance = seededChance(3);
  return Array.from({ length: BLOCKS }, () => ({
    signals: Uint32Array.from({ length: BLOCK }, () => Math.floor(chance.uniform() * SIGNALS)),
    values: Float64Array.from(
      { length: BLOCK },
      () => 500 + 100 * (chance.uniform() + chance.uniform() + chance.uniform() - 1.5),
    ),
    timesMs: new Float64Array(BLOCK),
  }));
}

function nsPerReading(blocks: readonly Block[], check: (block: Block) => number, round: number): number {
  const startMs = performance.now();
  for (let pass = 0; pass < PASSES; pass++) {
    for (const block of blocks) {
      block.timesMs.fill(1 + round * PASSES + pass);
      check(block);
    }
  }
  return ((performance.now() - startMs) * 1e6) / (PASSES * BLOCKS * BLOCK);
}

/** Nothing but the arithmetic: one array per quantity, no limits that differ, no flags kept per reading. */
class Floor {
  readonly #last = new Float64Array(SIGNALS);
  readonly #lastMs = new Float64Array(SIGNALS);
  readonly #same = new Uint32Array(SIGNALS);
  readonly #ewma = new Float64Array(SIGNALS);
  readonly #up = new Float64Array(SIGNALS);
  readonly #down = new Float64Array(SIGNALS);

  check({ signals, values, timesMs }: Block): number {
    let flagged = 0;
    for (let i = 0; i < BLOCK; i++) {
      const s = signals[i]!;
      const value = values[i]!;
      const moved = value - this.#last[s]!;
      const z = (value - 500) * 0.01;
      const same = moved === 0 ? this.#same[s]! + 1 : 0;
      const ewma = this.#ewma[s]! + 0.05 * (z - this.#ewma[s]!);
      const up = Math.max(0, this.#up[s]! + z - 1);
      const down = Math.max(0, this.#down[s]! - z - 1);
      const isOut =
        value < -50 ||
        value > 1500 ||
        Math.abs(moved) > 1e9 * (timesMs[i]! - this.#lastMs[s]!) ||
        same > 30 ||
        Math.abs(ewma) > 8 ||
        up > 8 ||
        down > 8;
      if (isOut) flagged++;
      this.#last[s] = value;
      this.#lastMs[s] = timesMs[i]!;
      this.#same[s] = same;
      this.#ewma[s] = ewma;
      this.#up[s] = up;
      this.#down[s] = down;
    }
    return flagged;
  }
}
