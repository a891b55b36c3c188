/**
 * How much water people take: a daily and weekly shape, a season and weather-like noise, by seed.
 *
 * Each demand pattern of the network is one district. Its multiplier at an instant is
 *   mean x season x weekday x daily shape x (1 + city noise + district noise),
 * with both noises first-order autoregressive. The shapes are this file's own numbers: the twin
 * knows the input file's patterns, and the plant must not be what the twin knows.
 */
import type { Chance } from "@twinward/kernel";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365.25 * DAY_MS;
/** 1970-01-01 was a Thursday; day numbers below count from Monday. */
const MONDAY_OFFSET = 3;
const NIGHT_BASE = 0.52;
const MULTIPLIER_MIN = 0.15;
const MULTIPLIER_MAX = 2.2;

interface Bump {
  readonly hour: number;
  readonly widthHours: number;
  readonly height: number;
}

type DayType = "working" | "weekend" | "holiday";

const BUMPS: Readonly<Record<DayType, readonly Bump[]>> = {
  working: [
    { hour: 8.2, widthHours: 1.9, height: 0.5 },
    { hour: 13.5, widthHours: 3.6, height: 0.5 },
    { hour: 20.3, widthHours: 2.9, height: 0.78 },
  ],
  weekend: [
    { hour: 10.1, widthHours: 2.4, height: 0.66 },
    { hour: 14.6, widthHours: 3.2, height: 0.48 },
    { hour: 20.6, widthHours: 3.1, height: 0.68 },
  ],
  // A public holiday: late breakfast, a big meal, people stay up.
  holiday: [
    { hour: 11.2, widthHours: 2.2, height: 0.72 },
    { hour: 16.4, widthHours: 2.6, height: 0.74 },
    { hour: 22.2, widthHours: 2.9, height: 0.62 },
  ],
};

interface District {
  readonly mean: number;
  readonly phaseHours: number;
  readonly weekendFactor: number;
  noise: number;
}

/** The city's demand. `step` must be called once per step, in order of time. */
export class Demand {
  readonly #chance: Chance;
  readonly #districts: District[];
  readonly #seasonAmplitude: number;
  readonly #seasonPeak: number;
  readonly #cityKeep: number;
  readonly #districtKeep: number;
  #cityNoise = 0;

  /**
   * @param means yearly mean multiplier of each district
   * @param stepMs time between two calls of `step`, milliseconds
   */
  constructor(chance: Chance, means: readonly number[], stepMs: number) {
    this.#chance = chance;
    this.#seasonAmplitude = 0.04 + 0.05 * chance.uniform();
    this.#seasonPeak = 0.54 + 0.1 * (chance.uniform() - 0.5);
    this.#cityKeep = Math.exp(-stepMs / (10 * HOUR_MS));
    this.#districtKeep = Math.exp(-stepMs / (1.6 * HOUR_MS));
    this.#districts = means.map((mean) => ({
      mean,
      phaseHours: 0.8 * (chance.uniform() - 0.5),
      weekendFactor: 1 + 0.08 * (chance.uniform() - 0.4),
      noise: 0,
    }));
  }

  /** Multipliers at `timeMs`; on a holiday people live by its shape and take `holidayFactor` times the water. */
  step(timeMs: number, holidayFactor: number | undefined): number[] {
    this.#cityNoise = ar(this.#chance, this.#cityNoise, this.#cityKeep, 0.03);
    const season = 1 + this.#seasonAmplitude * Math.cos(2 * Math.PI * (timeMs / YEAR_MS - this.#seasonPeak));
    return this.#districts.map((district) => {
      district.noise = ar(this.#chance, district.noise, this.#districtKeep, 0.05);
      const noise = 1 + this.#cityNoise + district.noise;
      const factor = season * noise * dayFactor(timeMs, district, holidayFactor);
      return district.mean * Math.min(MULTIPLIER_MAX, Math.max(MULTIPLIER_MIN, factor));
    });
  }
}

function ar(chance: Chance, value: number, keep: number, sigma: number): number {
  return keep * value + Math.sqrt(1 - keep * keep) * sigma * chance.normal();
}

function dayFactor(timeMs: number, district: District, holidayFactor: number | undefined): number {
  const localMs = timeMs - district.phaseHours * HOUR_MS;
  const hour = (((localMs % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS;
  if (holidayFactor !== undefined) return holidayFactor * shape("holiday", hour);
  const weekday = (Math.floor(localMs / DAY_MS) + MONDAY_OFFSET) % 7;
  return weekday >= 5 ? district.weekendFactor * shape("weekend", hour) : shape("working", hour);
}

/** Daily shape with mean 1: a night base and three bumps on the 24-hour circle. */
function shape(day: DayType, hour: number): number {
  return (NIGHT_BASE + bumpsAt(BUMPS[day], hour)) / MEAN_OF[day];
}

function bumpsAt(bumps: readonly Bump[], hour: number): number {
  return bumps.reduce((sum, bump) => {
    const apart = Math.abs(hour - bump.hour);
    const distance = Math.min(apart, 24 - apart) / bump.widthHours;
    return sum + bump.height * Math.exp(-0.5 * distance * distance);
  }, 0);
}

const MEAN_OF: Readonly<Record<DayType, number>> = {
  working: meanOf(BUMPS.working),
  weekend: meanOf(BUMPS.weekend),
  holiday: meanOf(BUMPS.holiday),
};

function meanOf(bumps: readonly Bump[]): number {
  const samples = Array.from({ length: 288 }, (_, i) => NIGHT_BASE + bumpsAt(bumps, i / 12));
  return samples.reduce((sum, value) => sum + value, 0) / samples.length;
}
