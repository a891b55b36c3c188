import { seededChance } from "@twinward/kernel";
import { expect, test } from "vitest";
import { tailLimit } from "./tail-limit.ts";

const chance = seededChance(11);
const heavy = () => Float64Array.from({ length: 720 * 4 }, () => 1 / Math.sqrt(chance.uniform() + 1e-9));

test("a limit is crossed on new data about as often as asked, and never sits below what was seen", () => {
  const seen = heavy();
  const limit = tailLimit(seen, { per30Days: 0.2, rowsPer30Days: 720 });
  expect(limit).toBeGreaterThan(Math.max(...seen));
  const months = 400;
  let crossings = 0;
  for (let month = 0; month < months; month += 4) crossings += heavy().filter((value) => value > limit).length;
  expect(crossings / months).toBeLessThan(0.6);
});

test("a rarer alarm needs a higher limit; silence has a limit too", () => {
  const seen = heavy();
  const often = tailLimit(seen, { per30Days: 5, rowsPer30Days: 720 });
  expect(tailLimit(seen, { per30Days: 0.01, rowsPer30Days: 720 })).toBeGreaterThan(often);
  expect(tailLimit(new Float64Array(100), { per30Days: 1, rowsPer30Days: 720 })).toBe(1);
});
