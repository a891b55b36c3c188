/**
 * Figures of a benchmark: every candidate is measured in every round, back to back, and a ratio is taken per round, so
 * that a machine that slows down slows both sides. Medians with the spread; wall rate and CPU time.
 */

export interface Measure {
  /** Things per second of wall time. */
  readonly rate: number;
  /** Microseconds of CPU (user and system) per thing. */
  readonly cpuUs: number;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export async function measure(things: number, run: () => void | Promise<void>): Promise<Measure> {
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  await run();
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { rate: things / seconds, cpuUs: (user + system) / things };
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (place: number) => rounded(sorted[place] ?? Number.NaN);
  return { median: at(sorted.length >> 1), min: at(0), max: at(sorted.length - 1) };
}

/** The ratio of each round, left over right. */
export function ratioOf(left: readonly number[], right: readonly number[]): Spread {
  return spreadOf(left.map((value, round) => value / (right[round] ?? Number.NaN)));
}

/**
 * How near `product` comes to `reference`, by rate and by CPU time. On a machine that others share, wall time also counts
 * their work; so a goal is missed only when both ratios miss it.
 */
export interface Share {
  readonly rate: Spread;
  readonly cpu: Spread;
  /** The greater median. */
  readonly best: number;
}

export function shareOf(product: readonly Measure[], reference: readonly Measure[]): Share {
  const rateOf = (list: readonly Measure[]) => list.map(({ rate }) => rate);
  const cpuOf = (list: readonly Measure[]) => list.map(({ cpuUs }) => cpuUs);
  const rate = ratioOf(rateOf(product), rateOf(reference));
  const cpu = ratioOf(cpuOf(reference), cpuOf(product));
  return { rate, cpu, best: Math.max(rate.median, cpu.median) };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const DIGITS = 4;
const rounded = (value: number) => Number(value.toPrecision(DIGITS));

/** One figure against its floor or ceiling, as a person reads it. */
export interface Goal {
  readonly name: string;
  readonly figure: number;
  readonly bound: number;
  readonly sense: "at least" | "at most";
  readonly met: boolean;
}

export function goal(name: string, figure: number, sense: Goal["sense"], bound: number): Goal {
  return { name, figure, bound, sense, met: sense === "at least" ? figure >= bound : figure <= bound };
}

export function printGoals(goals: readonly Goal[]): void {
  for (const { name, figure, sense, bound, met } of goals) {
    console.log(`${met ? "met   " : "MISSED"} ${name.padEnd(68)} ${String(figure).padStart(9)}  (${sense} ${bound})`);
  }
}
