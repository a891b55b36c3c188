import { expect, test } from "vitest";
import { Episode } from "./episode.ts";

const RULES = { hold: 0.6, strong: 3, confirmRows: 2, bridgeRows: 2 };
const QUIET = { fast: 0, slow: 0, plain: false, standing: 0 };

function alarms(rows: readonly Partial<typeof QUIET>[], episode = new Episode(RULES)): string {
  return rows.map((row, i) => (episode.step(i, { ...QUIET, ...row }) ? "#" : ".")).join("");
}

test("weak evidence needs a second row soon after, strong or plain evidence does not", () => {
  expect(alarms([{ fast: 1.2 }, {}, {}, {}, { fast: 1.2 }])).toBe(".....");
  expect(alarms([{ fast: 1.2 }, {}, { fast: 1.1 }])).toBe("..#");
  expect(alarms([{ fast: 3 }])).toBe("#");
  expect(alarms([{ fast: 1, plain: true }])).toBe("#");
});

test("an alarm goes on above the lower mark, bridges short gaps and then ends", () => {
  expect(alarms([{ fast: 4 }, { fast: 0.7 }, {}, {}, { fast: 0.6 }, {}, {}, {}, {}])).toBe("#######..");
});

test("slow evidence holds an alarm only while it is beyond its limit", () => {
  expect(alarms([{ fast: 4 }, { slow: 1.5 }, { slow: 1 }, { slow: 0.9 }, { slow: 0.9 }, { slow: 0.9 }])).toBe("#####.");
});

test("an accused signal that still deviates holds an alarm and starts none", () => {
  expect(alarms([{ standing: 5 }, { fast: 4 }, { standing: 1 }, { standing: 1 }, {}, {}, {}])).toBe(".#####.");
});

test("since when is the first row, also after a restart", () => {
  const one = new Episode(RULES);
  alarms([{}, { fast: 4 }, {}], one);
  expect(one.sinceMs).toBe(1);
  const two = new Episode(RULES);
  two.restore(one.state());
  expect(alarms([{}, {}], two)).toBe(alarms([{}, {}], one));
});
