import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgementAt, MINUTE, type Minute, rowAt, START, site } from "./town.fixture.ts";
import { TwinState } from "./twin-state.ts";

const NONE = Number.NaN;

function after(minutes: readonly Minute[], twin = new TwinState(site), from = 0): TwinState {
  minutes.forEach((minute, i) => {
    twin.step(rowAt(from + i, minute), judgementAt(from + i, minute));
  });
  return twin;
}

describe("the twin now", () => {
  test("before the first row nothing is known and nothing is checked", () => {
    const view = new TwinState(site).view();
    expect(view).toMatchObject({ site: "town", timeMs: null, uncheckedShare: 1 });
    expect(view.signals[0]).toMatchObject({ signal: "L_T1", value: null, standing: "missing", signedAt: "gateway" });
  });

  test("measured value, trust and estimate stand side by side; the measurement is never replaced", () => {
    const minute = {
      values: [9, 2, 3],
      trust: [0.1, NONE, 0.9],
      estimates: [5, NONE, 3.1],
      substituted: [0],
      alarm: true,
    };
    const view = after([minute]).view();
    expect(view.signals[0]).toMatchObject({
      value: 9,
      standing: "doubted",
      trust: 0.1,
      estimate: { value: 5, sigma: 0.5 },
      substituted: true,
      causes: ["range: 9 above 5", "rate: fast"],
    });
    expect(view.signals[1]).toMatchObject({ value: 2, standing: "unchecked", trust: null, estimate: null });
    expect(view.signals[2]).toMatchObject({ value: 3, standing: "trusted", substituted: false });
    expect(view.uncheckedShare).toBeCloseTo(1 / 3);
    expect(view).toMatchObject({ alarm: true, score: 2, verdict: "undetermined" });
  });

  test("a missing value keeps the last one with its own time", () => {
    const view = after([{ values: [1, 2, 3] }, { values: [NONE, 4, 5] }]).view();
    expect(view.signals[0]).toMatchObject({ value: 1, timeMs: START, standing: "missing", sinceMs: START + MINUTE });
    expect(view.signals[1]).toMatchObject({ value: 4, timeMs: START + MINUTE });
  });

  test("since when a standing holds changes only with the standing", () => {
    const [good, bad] = [0.9, 0.2].map((trust) => ({ values: [1, 2, 3], trust: [trust, trust, trust] }));
    const since = (minutes: readonly Minute[]) => after(minutes).view().signals[0]?.sinceMs;
    expect(since([good!, good!, good!])).toBe(START);
    expect(since([good!, bad!, bad!])).toBe(START + MINUTE);
    expect(since([good!, bad!, good!])).toBe(START + 2 * MINUTE);
  });

  test("stopping and restoring anywhere changes nothing", () => {
    const value = fc.oneof(fc.constant(NONE), fc.integer({ min: -5, max: 5 }));
    const minute = fc.record({
      values: fc.array(value, { minLength: 3, maxLength: 3 }),
      trust: fc.array(fc.oneof(fc.constant(NONE), fc.double({ min: 0, max: 1, noNaN: true })), {
        minLength: 3,
        maxLength: 3,
      }),
      alarm: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(minute, { maxLength: 12 }), fc.nat(), (minutes, stop) => {
        const at = minutes.length === 0 ? 0 : stop % minutes.length;
        const first = after(minutes.slice(0, at));
        const second = new TwinState(site);
        second.restore(first.snapshot());
        expect(after(minutes.slice(at), second, at).view()).toEqual(after(minutes).view());
      }),
    );
  });

  test("a snapshot of another version of the site is not taken over", () => {
    const other = new TwinState({ ...site, digest: "00" });
    other.restore(after([{ values: [1, 2, 3] }]).snapshot());
    expect(other.view().timeMs).toBeNull();
  });
});
