/** Cost of the five streaming checks per reading, beside a floor that only does the same arithmetic in columns. */

import { StreamChecks } from "@twinward/detection";
import { seededChance } from "@twinward/kernel";

const SIGNALS = 100_000;
const BLOCK = 100;
const ROUNDS = 60_000;

const limits = Array.from({ length: SIGNALS }, () => ({
  minimum: -50,
  maximum: 1500,
  ratePerMsMax: 1e9,
  sameMax: 30,
  mean: 500,
  spread: 100,
  ewmaMax: 1,
  cusumMax: 12,
}));
const chance = seededChance(5);
const values = Float64Array.from(
  { length: BLOCK },
  () => 500 + 100 * (chance.uniform() + chance.uniform() + chance.uniform() - 1.5),
);

function timeOurs(): number {
  const checks = new StreamChecks(limits);
  const signals = new Uint32Array(BLOCK);
  const times = new Float64Array(BLOCK);
  const start = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    const base = (round * BLOCK) % SIGNALS;
    for (let i = 0; i < BLOCK; i++) {
      signals[i] = base + i;
      times[i] = round;
    }
    checks.check(signals, times, values, BLOCK);
  }
  return ((performance.now() - start) * 1e6) / (ROUNDS * BLOCK);
}

function timeFloor(): number {
  const column = () => new Float64Array(SIGNALS);
  const low = column().fill(-50),
    high = column().fill(1500),
    rate = column().fill(1e9),
    last = column(),
    lastT = column();
  const mean = column().fill(500),
    spread = column().fill(1e4),
    up = column(),
    down = column();
  const stuck = new Uint32Array(SIGNALS),
    flags = new Uint8Array(SIGNALS);
  let alarms = 0;
  const start = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    const base = (round * BLOCK) % SIGNALS;
    for (let i = 0; i < BLOCK; i++) {
      const s = base + i,
        x = values[i]!;
      let flag = x >= low[s]! && x <= high[s]! ? 0 : 1;
      const dt = round - lastT[s]!,
        d = x - last[s]!;
      if (dt > 0 && Math.abs(d) > rate[s]! * dt) flag |= 2;
      const k = d === 0 ? stuck[s]! + 1 : 0;
      stuck[s] = k;
      if (k > 30) flag |= 4;
      const z = (x - mean[s]!) / Math.sqrt(spread[s]!);
      const a = up[s]! + z - 0.5,
        b = down[s]! - z - 0.5;
      up[s] = Math.max(a, 0);
      down[s] = Math.max(b, 0);
      if (a > 8 || b > 8) {
        flag |= 8;
        up[s] = down[s] = 0;
      }
      if (!(flag & 1)) {
        mean[s]! += 0.02 * (x - mean[s]!);
        spread[s] = 0.98 * (spread[s]! + 0.02 * (x - mean[s]!) ** 2);
      }
      last[s] = x;
      lastT[s] = round;
      flags[s] = flag;
      if (flag) alarms++;
    }
  }
  return ((performance.now() - start) * 1e6) / (ROUNDS * BLOCK) + 0 * alarms;
}

timeOurs();
timeFloor();
const ours = Math.min(timeOurs(), timeOurs(), timeOurs());
const floor = Math.min(timeFloor(), timeFloor(), timeFloor());
console.log(JSON.stringify({ nsPerReading: ours, floorNs: floor, ratio: ours / floor }));
