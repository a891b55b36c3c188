/** The words of `twinward demo`, checked. */
import { UsageError } from "@twinward/kernel";
import { SCENARIOS } from "@twinward/lab";

export interface DemoWords {
  readonly headless?: boolean;
  readonly speed?: string;
  readonly for?: string;
  readonly scenario?: string;
  readonly seed: string;
  readonly data?: string;
}

export interface DemoOptions {
  readonly headless: boolean;
  /** Simulated milliseconds per millisecond; 0 is as fast as it goes; undefined lets the demo choose. */
  readonly speed: number | undefined;
  /** Wall time for everything, milliseconds; undefined is one round of the plan. */
  readonly forMs: number | undefined;
  readonly scenarios: readonly string[] | undefined;
  readonly seed: number;
  readonly dataDir: string | undefined;
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const SEED_MAX = 0xffff_ffff;

export function readDemoOptions(words: DemoWords): DemoOptions {
  return {
    headless: words.headless === true,
    speed: words.speed === undefined ? undefined : numberOf("--speed", words.speed),
    forMs: words.for === undefined ? undefined : durationMs(words.for),
    scenarios: words.scenario === undefined ? undefined : withCounterpart(words.scenario),
    seed: seedOf(words.seed),
    dataDir: words.data,
  };
}

/** `90s`, `10m`, `1h`, `500ms`; a bare number is seconds. */
export function durationMs(text: string): number {
  const match = /^(\d+(?:[.]\d+)?)(ms|s|m|h)?$/.exec(text);
  const ms = Number(match?.[1]) * UNIT_MS[(match?.[2] ?? "s") as keyof typeof UNIT_MS];
  if (!(ms > 0)) throw new UsageError(`${text} is not a duration: write for example 90s or 10m`);
  return ms;
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (!(value >= 0) || text.trim() === "") throw new UsageError(`${name} ${text} is not a number of at least 0`);
  return value;
}

export function seedOf(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed > SEED_MAX)
    throw new UsageError(`--seed ${text} is not a whole number from 0 to ${SEED_MAX}`);
  return seed;
}

/** What is found is only worth something beside what is not accused: each scenario comes with one of the other kind. */
function withCounterpart(name: string): string[] {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found !== undefined) return [name, found.kind === "attack" ? "maintenance" : "offset"];
  throw new UsageError(`no scenario ${name}: take one of ${SCENARIOS.map((scenario) => scenario.name).join(", ")}`);
}
