import { expect, test } from "vitest";
import { Episode } from "./episode.ts";

const RULES = { hold: 0.6, confirmRowsMin: 2, confirmRows: 4, bridgeRows: 2 };
const QUIET = { fast: 0, slow: 0, plain: false, standing: 0 };
const PLAIN = { fast: 4, plain: true };

function alarms(rows: readonly Partial<typeof QUIET>[], episode = new Episode(RULES)): string {
  return rows.map((row, i) => (episode.step(i, { ...QUIET, ...row }) ? "#" : ".")).join("");
}

test("evidence needs another row soon after but not right after, plain evidence does not", () => {
  expect(alarms([{ fast: 1.2 }, {}, {}, {}, {}, { fast: 1.2 }])).toBe("......");
  expect(alarms([{ fast: 1.2 }, { fast: 9 }, {}, {}])).toBe("....");
  expect(alarms([{ fast: 1.2 }, {}, { fast: 1.1 }])).toBe("..#");
  expect(alarms([{ fast: 1.2 }, { fast: 1.1 }, { fast: 1.1 }])).toBe("..#");
  expect(alarms([{ fast: 1.2 }, {}, {}, {}, { fast: 1.2 }])).toBe("....#");
  expect(alarms([{ fast: 1, plain: true }])).toBe("#");
});

test("with rows far apart the next row confirms", () => {
  const hourly = new Episode({ ...RULES, confirmRowsMin: 1, confirmRows: 2 });
  expect(alarms([{ fast: 1.2 }, { fast: 1.2 }], hourly)).toBe(".#");
});

test("an alarm goes on above the lower mark, bridges short gaps and then ends", () => {
  expect(alarms([PLAIN, { fast: 0.7 }, {}, {}, { fast: 0.6 }, {}, {}, {}, {}])).toBe("#######..");
});

test("slow evidence holds an alarm only while it is beyond its limit", () => {
  expect(alarms([PLAIN, { slow: 1.5 }, { slow: 1 }, { slow: 0.9 }, { slow: 0.9 }, { slow: 0.9 }])).toBe("#####.");
});

test("an accused signal that still deviates holds an alarm and starts none", () => {
  expect(alarms([{ standing: 5 }, PLAIN, { standing: 1 }, { standing: 1 }, {}, {}, {}])).toBe(".#####.");
});

test("since when is the first row, and hints are remembered, also after a restart", () => {
  const one = new Episode(RULES);
  alarms([{}, PLAIN, {}], one);
  expect(one.sinceMs).toBe(1);
  const two = new Episode(RULES);
  two.restore(one.state());
  expect(alarms([{}, {}], two)).toBe(alarms([{}, {}], one));
  const hinted = new Episode(RULES);
  alarms([{ fast: 1.5 }, {}], hinted);
  const restarted = new Episode(RULES);
  restarted.restore(hinted.state());
  expect(alarms([{ fast: 1.5 }], restarted)).toBe("#");
});
