import fc from "fast-check";
import { expect, test } from "vitest";
import type { IncidentEvent } from "./incident.ts";
import { IncidentBook } from "./incident-book.ts";
import { judgementAt, rowAt, site } from "./incident-site.fixture.ts";
import { toSyslog } from "./syslog.ts";

const [opened] = new IncidentBook(site).step(rowAt(0), judgementAt(0, { accused: ["L_T1"] }));
const event = opened as IncidentEvent;
const sender = { host: "twin.example", app: "twinward", process: "42" };

/** RFC 5424 section 6: header, one structured-data element, message. */
const LINE =
  /^<(\d{1,3})>1 (\S+) ([\x21-\x7e]+) ([\x21-\x7e]+) ([\x21-\x7e]+) ([\x21-\x7e]{1,32}) \[twinward@32473((?: [a-z]+="(?:[^"\\\]]|\\["\\\]])*")+)\] \u{feff}([^\n\r]*)$/u;

test("the line has RFC 5424 header, structured data and message", () => {
  const parts = LINE.exec(toSyslog(event, sender));
  expect(parts?.slice(1, 7)).toEqual([
    "106",
    "2016-09-04T00:00:00.000Z",
    "twin.example",
    "twinward",
    "42",
    "incident-opened",
  ]);
  expect(parts?.[7]).toContain('suspects="L_T1" devices="plc2"');
  expect(parts?.[8]).toMatch(/^Manipulation suspected: L_T1\./);
});

test("an incident that is over is a notice", () => {
  expect(toSyslog({ ...event, change: "closed" }, sender)).toMatch(/^<109>1 /);
});

test("no string from outside can add a line, a field or an element", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      '"] evil [x@1 a="b',
      "\n<0>1 forged",
      "\\",
      "\u2028<0>1",
      "\u0000",
      "\ud800",
      "a b",
      "\u202egnp.exe",
    ),
  );
  fc.assert(
    fc.property(hostile, hostile, hostile, (signal, device, host) => {
      const incident = { ...event.incident, id: signal, title: device, suspects: [{ signal, device, share: 1 }] };
      const line = toSyslog({ ...event, incident }, { host, app: device, process: signal });
      expect(line).toMatch(LINE);
      expect(LINE.exec(line)?.[7]?.match(/ [a-z]+="/g)?.length).toBeGreaterThanOrEqual(12);
      expect(line.isWellFormed()).toBe(true);
      expect(line.length).toBeLessThan(20_000);
    }),
    { numRuns: 500 },
  );
});
