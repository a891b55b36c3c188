import { beforeAll, describe, expect, test } from "vitest";
import type { Judge, Judgement, Row } from "../judge.ts";
import { testRows, testSite } from "../site-for-tests.ts";
import type { Model } from "../train/model.ts";
import { train } from "../train/train.ts";
import { createJudge } from "./create-judge.ts";

const site = testSite();
const LIFE = testRows(3200);
const CLEAN = LIFE.slice(0, 2400);
const TEST = LIFE.slice(2400);
let model: Model;

beforeAll(async () => {
  model = await train(site, () => CLEAN);
});

function rows(change: (values: Float64Array, i: number) => void = () => {}): Row[] {
  return TEST.map(({ timeMs, values }, i) => {
    const changed = values.slice();
    change(changed, i);
    return { timeMs, values: changed, entries: [] };
  });
}

/** Adds `metres` to the level on rows 300 to 359. */
const lifted = (metres: number) => (values: Float64Array, i: number) => {
  if (i >= 300 && i < 360) values[0]! += metres;
};

async function judged(given: readonly Row[], judge?: Judge): Promise<Judgement[]> {
  const used = judge ?? (await createJudge(site, model));
  return given.map((row) => used.step(row));
}

describe("the judge without physics", () => {
  test("leaves honest rows alone and says how far to trust each", async () => {
    const answers = await judged(rows());
    expect(answers.filter((answer) => answer.alarm).length).toBeLessThanOrEqual(6);
    const trusts = answers.slice(1).flatMap((answer) => [...answer.trust].filter((trust) => !Number.isNaN(trust)));
    expect(trusts.filter((trust) => trust > 0.9).length / trusts.length).toBeGreaterThan(0.97);
    // A status has no redundancy here, so nobody vouches for it.
    expect(answers[5]!.trust[1]).toBeNaN();
  });

  test("names a level that jumps away from its pressure, and puts an estimate beside it", async () => {
    const answers = await judged(rows(lifted(1.2)));
    const during = answers.slice(300, 360);
    const first = during.find((answer) => answer.alarm)!;
    expect(first.suspects[0]?.signal).toBe("L_T1");
    expect(first.sinceMs).toBe(first.timeMs);
    expect(during.filter((answer) => answer.alarm).length).toBeGreaterThan(55);
    const last = during.at(-1)!;
    expect(last.substituted).toContain(0);
    expect(last.trust[0]).toBeLessThan(0.2);
    expect(Math.abs(last.estimates[0]! - TEST[359]!.values[0]!)).toBeLessThan(0.4);
  });

  test("says attack for a recording played again", async () => {
    const answers = await judged(
      rows((values, i) => {
        if (i >= 400 && i < 480) values[0] = TEST[i - 96]!.values[0]!;
      }),
    );
    const named = answers.slice(400, 480).find((answer) => answer.suspects[0]?.signal === "L_T1");
    expect(named).toBeDefined();
    expect(answers.slice(400, 480).some((answer) => answer.verdict === "attack")).toBe(true);
  });

  test("missing values are no attack and no alarm", async () => {
    const answers = await judged(
      rows((values, i) => {
        if (i >= 300 && i < 320) values.fill(Number.NaN);
      }),
    );
    expect(answers.slice(295, 345).filter((answer) => answer.verdict === "attack")).toEqual([]);
    expect(answers[310]!.trust.every(Number.isNaN)).toBe(true);
    expect(answers[310]!.alarm).toBe(false);
  });

  test("score is at least 1 exactly when there is an alarm, weights sum to at most 1", async () => {
    for (const answer of await judged(
      rows((values, i) => {
        if (i > 200 && i < 400) values[3]! -= 9;
      }),
    )) {
      expect(answer.score >= 1).toBe(answer.alarm);
      expect(answer.verdict === "").toBe(!answer.alarm);
      expect(answer.suspects.reduce((sum, suspect) => sum + suspect.weight, 0)).toBeLessThanOrEqual(1 + 1e-9);
    }
  });

  test("no look-ahead: what comes later changes nothing that was said", async () => {
    const one = await judged(rows());
    const two = await judged(
      rows((values, i) => {
        if (i >= 500) values.fill(1);
      }),
    );
    expect(two.slice(0, 500)).toEqual(one.slice(0, 500));
  });

  test("a restart in the middle of an alarm says the same, and snapshots repeat byte for byte", async () => {
    const given = rows(lifted(1.2));
    const whole = await createJudge(site, model);
    const before = await judged(given.slice(0, 330), whole);
    const snapshot = whole.snapshot();
    expect(whole.snapshot()).toEqual(snapshot);
    const again = await createJudge(site, model);
    again.restore(snapshot);
    expect(again.snapshot()).toEqual(snapshot);
    expect(before.at(-1)!.alarm).toBe(true);
    expect(await judged(given.slice(330), again)).toEqual(await judged(given.slice(330), whole));
  });

  test("a notice is named, and hides nothing of other elements", async () => {
    const judge = await createJudge(site, model);
    judge.announce({ startMs: TEST[290]!.timeMs, endMs: TEST[400]!.timeMs, what: "PU1" });
    const answers = await judged(rows(lifted(1.2)), judge);
    expect(answers[300]!.notice).toBe("PU1");
    expect(answers[289]!.notice).toBe("");
    expect(answers.slice(300, 360).some((answer) => answer.alarm && answer.suspects[0]?.signal === "L_T1")).toBe(true);
  });
});
