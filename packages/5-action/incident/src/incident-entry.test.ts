import { ENTRY_BYTES_MAX, type LogEntry } from "@twinward/evidence";
import { expect, test } from "vitest";
import { IncidentBook } from "./incident-book.ts";
import { incidentDraft, incidentEventOf } from "./incident-entry.ts";
import { judgementAt, rowAt, site } from "./incident-site.fixture.ts";

const hours = (count: number, shift: number) => {
  const book = new IncidentBook(site);
  return Array.from({ length: count }, (_, hour) => {
    const row = rowAt(hour);
    const entries = row.entries.map((entry) => entry + shift);
    return book.step({ ...row, entries }, judgementAt(hour, { accused: ["L_T1"] }));
  }).flat();
};

test("an event comes back from its entry as it went in", () => {
  for (const event of hours(60, 0)) {
    const { kind, facts, body } = incidentDraft(event);
    const entry: LogEntry = { index: 9, kind, atMs: 0, facts, bytes: new Uint8Array(), frame: undefined };
    expect(incidentEventOf(entry, body!)).toEqual(event);
  }
});

test("the body does not depend on where the frames lie in the log; the facts do", () => {
  const [here, there] = [hours(60, 0).map(incidentDraft), hours(60, 1000).map(incidentDraft)];
  expect(there.map(({ body }) => body)).toEqual(here.map(({ body }) => body));
  expect(there[0]?.facts.proofs).not.toEqual(here[0]?.facts.proofs);
});

test("the facts of a long incident stay far below the size of an entry", () => {
  const facts = hours(600, 2 ** 40).map((event) => JSON.stringify(incidentDraft(event).facts).length);
  expect(Math.max(...facts)).toBeLessThan(ENTRY_BYTES_MAX / 4);
});
