import { expect, test } from "vitest";
import { type RowEvidence, VerdictOfAlarm } from "./verdict.ts";

const NOTHING: RowEvidence = { copied: false, disobeys: false, level: -1, levelZ: 0, leap: 0, frozen: false };

function verdicts(rows: readonly Partial<RowEvidence>[]): string[] {
  const verdict = new VerdictOfAlarm();
  return rows.map((row) => verdict.step({ ...NOTHING, ...row }));
}

test("a copy is an attack at once, one contradicted command is not yet", () => {
  expect(verdicts([{ copied: true }])).toEqual(["attack"]);
  expect(verdicts([{ disobeys: true }, {}, { disobeys: true }])).toEqual(["undetermined", "undetermined", "attack"]);
});

test("a level that leaps away and stays is an attack; noise, drift and freezes are not", () => {
  const stays = { level: 3, levelZ: 12, leap: 0 };
  expect(verdicts([{ ...stays, leap: 12 }, stays, stays]).at(-1)).toBe("attack");
  const noise = [1, -1, 1, -1, 1, -1].map((sign) => ({ level: 3, levelZ: 12 * sign, leap: 24 * sign }));
  expect(verdicts(noise).at(-1)).toBe("undetermined");
  const drift = Array.from({ length: 40 }, (_, i) => ({ level: 3, levelZ: i / 2, leap: 0.5 }));
  expect(verdicts(drift).at(-1)).toBe("undetermined");
  const frozen = Array.from({ length: 10 }, (_, i) => ({ level: 3, levelZ: 12 + i, leap: 12, frozen: true }));
  expect(verdicts(frozen).at(-1)).toBe("undetermined");
});

test("within one alarm an attack stays an attack; the next alarm starts anew", () => {
  const verdict = new VerdictOfAlarm();
  verdict.step({ ...NOTHING, copied: true });
  expect(verdict.step(NOTHING)).toBe("attack");
  verdict.reset();
  expect(verdict.step(NOTHING)).toBe("undetermined");
});
