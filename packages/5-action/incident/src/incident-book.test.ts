import type { DoorEvent } from "@twinward/detection";
import type { EntryKind, Fact, LogEntry } from "@twinward/evidence";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SHELVED_MS_MAX } from "./alarm-life.ts";
import { PROOFS_MAX, TIMELINE_MAX } from "./case.ts";
import { REFUSED_MIN, REFUSED_OUTSIDE_MIN } from "./door-case.ts";
import type { AlarmAction, IncidentEvent } from "./incident.ts";
import { CASES_MAX, IncidentBook, RIVAL_ROWS } from "./incident-book.ts";
import { actionDraft } from "./incident-entry.ts";
import { HOUR, type Hour, judgementAt, rowAt, START, site } from "./incident-site.fixture.ts";

const QUIET = 12;
const calm: Hour = {};
const lie: Hour = { accused: ["L_T1"], checks: ["hydraulics", "mass-balance"] };

function play(hours: readonly Hour[], book = new IncidentBook(site), from = 0): IncidentEvent[] {
  return hours.flatMap((hour, i) => [...book.step(rowAt(from + i), judgementAt(from + i, hour))]);
}

const times = (count: number, hour: Hour) => Array.from({ length: count }, () => hour);
const changesOf = (events: readonly IncidentEvent[]) => events.map((event) => event.change);
const idsOf = (events: readonly IncidentEvent[]) => [...new Set(events.map((event) => event.incident.id))];

function entry(kind: EntryKind, facts: { readonly [name: string]: Fact }, hour = 0): LogEntry {
  return { index: 0, kind, atMs: START + hour * HOUR, facts, bytes: new Uint8Array(), frame: undefined };
}

function ask(book: IncidentBook, wish: Partial<AlarmAction>, hour: number): readonly IncidentEvent[] {
  const incident = book.open()[0]?.id ?? "";
  const action = {
    incident,
    action: "acknowledge",
    person: "kim",
    reason: "seen",
    expiresMs: null,
    ...wish,
  } as AlarmAction;
  return book.learn(entry("alarm-action", actionDraft(action).facts, hour));
}

function seen(what: DoorEvent["what"], more: Partial<DoorEvent> = {}): DoorEvent {
  return { what, device: "plc2", timeMs: START, sinceMs: START, count: 1, code: "", entries: [7], ...more };
}

describe("one physical cause, one incident", () => {
  test("an attack is one incident from its first alarm to its return, told when something changes", () => {
    const events = play([...times(3, calm), ...times(30, lie), ...times(QUIET + 1, calm)]);
    expect(idsOf(events)).toEqual(["20160904T030000Z-L_T1-1"]);
    expect(changesOf(events)).toEqual(["opened", "updated", "returned"]);
    expect(events[0]?.incident).toMatchObject({ verdict: "attack", state: "unacknowledged", priority: "critical" });
    expect(events.at(-1)?.incident).toMatchObject({ state: "returned", alarmRows: 30 });
  });

  test("a flapping alarm stays one incident", () => {
    const flapping = Array.from({ length: 60 }, (_, i) => (i % 6 === 0 ? lie : calm));
    expect(idsOf(play(flapping))).toHaveLength(1);
  });

  test("an alarm after the quiet time is another incident", () => {
    expect(idsOf(play([lie, ...times(QUIET + 1, calm), lie]))).toHaveLength(2);
    expect(idsOf(play([lie, ...times(QUIET - 1, calm), lie]))).toHaveLength(1);
  });

  test("the finger may wander to the pump that acts on the tank", () => {
    const pump: Hour = { ...lie, accused: ["S_PU1"] };
    expect(idsOf(play([lie, pump, lie, pump, pump, pump, pump]))).toHaveLength(1);
  });

  test("a row that points elsewhere opens a second incident only when it insists", () => {
    const other: Hour = { ...lie, accused: ["L_T2"] };
    const twice = times(RIVAL_ROWS - 1, other);
    expect(idsOf(play([...times(9, lie), ...twice, lie, ...twice, lie]))).toHaveLength(1);
    expect(idsOf(play([...times(20, lie), other, ...twice]))).toEqual([
      "20160904T000000Z-L_T1-1",
      "20160904T220000Z-L_T2-2",
    ]);
  });

  test("when the first one has calmed down, another suspect is another incident at once", () => {
    const other: Hour = { ...lie, accused: ["L_T2"] };
    expect(idsOf(play([lie, ...times(RIVAL_ROWS, calm), other]))).toHaveLength(2);
    expect(idsOf(play([lie, ...times(RIVAL_ROWS - 1, calm), other]))).toHaveLength(1);
  });

  test("every frame it rests on is a proof; of many the first and the last are kept and all are counted", () => {
    const [opened] = play([lie]);
    expect(opened?.incident.proofs).toEqual({ entries: [0, 1], count: 2 });
    const book = new IncidentBook(site);
    play(times(400, lie), book);
    const proofs = book.open()[0]!.proofs;
    expect(proofs.count).toBe(800);
    expect(proofs.entries).toHaveLength(PROOFS_MAX);
    expect([proofs.entries[0], proofs.entries.at(-1)]).toEqual([0, 3991]);
    expect(book.open()[0]!.timeline.length).toBeLessThanOrEqual(TIMELINE_MAX);
  });

  test("incidents held are bounded: the oldest that is over is closed", () => {
    const hours = Array.from({ length: (CASES_MAX + 5) * (QUIET + 2) }, (_, i) => (i % (QUIET + 2) === 0 ? lie : calm));
    const book = new IncidentBook(site);
    const events = play(hours, book);
    expect(book.open()).toHaveLength(CASES_MAX);
    expect(events.filter((event) => event.change === "closed")).toHaveLength(5);
  });
});

describe("what it says", () => {
  test("likely effect and what to look at follow kind and direction", () => {
    const [opened] = play([lie]);
    expect(opened?.incident.effect).toBe(
      "T1 holds less than shown and may run empty, because PU1 acts on it and stops too early.",
    );
    expect(opened?.incident.checkByHand.join(" ")).toContain("Read the level of T1 at the tank itself");
  });

  test("a lone residual names no technique, two witnesses do, an undetermined verdict never does", () => {
    const techniques = (hour: Hour) => play([hour])[0]?.incident.techniques.map(({ id }) => id);
    expect(techniques({ accused: ["L_T1"] })).toEqual([]);
    expect(techniques(lie)).toEqual(["T0856", "T0832", "T0831"]);
    expect(techniques({ ...lie, verdict: "undetermined" })).toEqual([]);
    expect(techniques({ accused: ["S_PU1"], checks: ["control-logic", "hydraulics"] })).toEqual([
      "T0855",
      "T0836",
      "T0831",
    ]);
  });

  test("suspects are ranked by all evidence so far", () => {
    const book = new IncidentBook(site);
    play([{ ...lie, accused: ["S_PU1", "L_T1"] }, ...times(3, { ...lie, accused: ["L_T1", "S_PU1"] })], book);
    const suspects = book.open()[0]!.suspects;
    expect(suspects.map(({ signal, device }) => [signal, device])).toEqual([
      ["L_T1", "plc2"],
      ["S_PU1", "plc1"],
    ]);
    expect(suspects.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });
});

describe("the life of an alarm", () => {
  test("acknowledged, then returned: closed by itself", () => {
    const book = new IncidentBook(site);
    play([lie], book);
    expect(ask(book, {}, 0)[0]?.incident).toMatchObject({
      state: "acknowledged",
      acknowledged: { person: "kim", reason: "seen" },
    });
    expect(changesOf(play(times(QUIET + 1, calm), book, 1))).toEqual(["closed"]);
    expect(book.open()).toEqual([]);
  });

  test("returned, then acknowledged: closed", () => {
    const book = new IncidentBook(site);
    play([lie, ...times(QUIET + 1, calm)], book);
    expect(changesOf(ask(book, {}, 20))).toEqual(["closed"]);
  });

  test("a shelf ends by itself, after a week at the latest", () => {
    const book = new IncidentBook(site);
    play([lie], book);
    const [shelved] = ask(book, { action: "shelve", expiresMs: START + 9e12 }, 1);
    expect(shelved?.incident.state).toBe("shelved");
    expect(shelved?.incident.shelved?.expiresMs).toBe(START + HOUR + SHELVED_MS_MAX);
    const events = play([lie, lie], book, 1 + SHELVED_MS_MAX / HOUR);
    expect(events.map((event) => event.incident.state)).toContain("returned");
  });

  test("closed while it lasts: silent until it is over, unless it turns into an attack", () => {
    const doubt: Hour = { ...lie, verdict: "undetermined" };
    const book = new IncidentBook(site);
    play([doubt], book);
    expect(changesOf(ask(book, { action: "close", reason: "false alarm" }, 0))).toEqual(["closed"]);
    expect(play(times(5, doubt), book, 1)).toEqual([]);
    expect(changesOf(play([lie], book, 6))).toEqual(["opened"]);
  });

  test("an unknown incident, an unknown action and a repeated acknowledgement change nothing", () => {
    const book = new IncidentBook(site);
    play([lie], book);
    ask(book, {}, 0);
    expect(ask(book, {}, 0)).toEqual([]);
    expect(ask(book, { incident: "nobody" }, 0)).toEqual([]);
    expect(ask(book, { action: "explode" as "close" }, 0)).toEqual([]);
  });
});

describe("planned work", () => {
  const notice = (what: string) => entry("notice", { start: START, end: START + 5 * HOUR, what });
  const doubt: Hour = { ...lie, verdict: "undetermined" };

  test("holds back what is undetermined on the element worked on, and nothing else", () => {
    for (const [what, incidents] of [
      ["T1", 0],
      ["PU1", 0],
      ["plc2", 0],
      ["T2", 1],
      ["holiday", 1],
    ] as const) {
      const book = new IncidentBook(site);
      book.learn(notice(what));
      expect(idsOf(play(times(4, doubt), book)), what).toHaveLength(incidents);
    }
  });

  test("is felt for some hours after its end, and by the other pumps of the tank", () => {
    const during = new IncidentBook(site);
    during.learn(entry("notice", { start: START - 5 * HOUR, end: START - HOUR, what: "PU1" }));
    expect(play(times(3, doubt), during)).toEqual([]);
    expect(changesOf(play(times(1, doubt), during, 3))).toEqual(["opened"]);
    const twin = { actuator: "PU2", tank: "T1", onBelow: 1, offAbove: 3 };
    const controls = site.behaviour.kind === "epanet" ? [...site.behaviour.controls, twin] : [];
    const book = new IncidentBook({ ...site, behaviour: { kind: "epanet", model: "m.inp", controls } });
    book.learn(notice("PU2"));
    expect(play(times(4, { ...doubt, accused: ["F_PU1"] }), book)).toEqual([]);
  });

  test("never holds back an attack; it is named beside it", () => {
    const book = new IncidentBook(site);
    book.learn(notice("T1"));
    const [opened] = play([lie], book);
    expect(opened?.incident.verdict).toBe("attack");
    expect(opened?.incident.annotations[0]).toMatch(/^notice T1 since 2016-09-04T00:00:00.000Z until/);
  });

  test("a mode holds until the next one of its scope", () => {
    const book = new IncidentBook(site);
    book.learn(entry("mode", { mode: "calibration", scope: "L_T1", person: "kim", reason: "yearly" }));
    expect(play(times(4, doubt), book)).toEqual([]);
    book.learn(entry("mode", { mode: "normal", scope: "L_T1" }, 4));
    expect(changesOf(play(times(4, doubt), book, 6))).toEqual(["opened"]);
  });
});

describe("late findings", () => {
  const cause = { check: "range", signal: "L_T1", measured: 99, expected: 5, deviation: 9, text: "L_T1 99 above 5" };
  const reading = { signal: 2, timeMs: START, value: 99, quality: 0, entry: 55 };

  test("open an incident that has already returned, marked late", () => {
    const events = new IncidentBook(site).late([{ reading, causes: [cause] }]);
    expect(changesOf(events)).toEqual(["opened", "returned"]);
    expect(events[0]?.incident.timeline).toEqual([{ timeMs: START, text: "late: L_T1 99 above 5", late: true }]);
    expect(events[0]?.incident.proofs.entries).toEqual([55]);
  });

  test("extend an incident that is active", () => {
    const book = new IncidentBook(site);
    play([lie], book);
    expect(changesOf(book.late([{ reading, causes: [cause] }]))).toEqual(["updated"]);
  });
});

describe("the door", () => {
  test("silence of several devices is one incident that returns when all report again", () => {
    const book = new IncidentBook(site);
    const silent = ["plc1", "plc2"].flatMap((device) => book.door(seen("silence", { device })));
    const back = ["plc1", "plc2"].flatMap((device) => book.door(seen("resumed", { device, timeMs: START + HOUR })));
    expect(changesOf([...silent, ...back])).toEqual(["opened", "updated", "updated", "returned"]);
    expect(idsOf([...silent, ...back])).toHaveLength(1);
    expect(silent[0]?.incident).toMatchObject({
      origin: "door",
      verdict: "undetermined",
      techniques: [],
      quarantine: false,
    });
  });

  test("silence during planned work on the device is held back", () => {
    const book = new IncidentBook(site);
    book.learn(entry("notice", { start: START, end: START + HOUR, what: "plc2" }));
    expect(book.door(seen("silence"))).toEqual([]);
  });

  test("one refused frame is noise, a storm is one incident from quarantine; strangers need many more", () => {
    const storm = (device: string, count: number) => {
      const book = new IncidentBook(site);
      const refused = seen("refused", { code: "FRAME_SIGNATURE_INVALID", device, count: 1 });
      return idsOf(Array.from({ length: count }, () => book.door(refused)).flat());
    };
    expect(storm("claimed:plc2", REFUSED_MIN - 1)).toHaveLength(0);
    expect(storm("claimed:plc2", 50)).toHaveLength(1);
    expect(storm("outside:10.0.0.1", 50)).toHaveLength(0);
    expect(storm("outside:10.0.0.1", REFUSED_OUTSIDE_MIN)).toHaveLength(1);
  });

  test("frames that only name a device do not make it the culprit", () => {
    const book = new IncidentBook(site);
    const refused = seen("refused", { code: "FRAME_SIGNATURE_INVALID", device: "claimed:plc2", count: REFUSED_MIN });
    expect(book.door(refused)[0]?.incident.title).toContain("Frames in the name of plc2 are refused");
  });

  test("load and clumsiness are no incident", () => {
    const book = new IncidentBook(site);
    expect(book.door(seen("refused", { code: "RATE_EXCEEDED", count: 10_000 }))).toEqual([]);
    expect(book.door(seen("refused", { code: "COLUMNS_LENGTH", count: 10_000 }))).toEqual([]);
  });

  test("a fork accuses at once and is marked as from quarantine", () => {
    const [opened] = new IncidentBook(site).door(seen("fork", { code: "FRAME_FORK", device: "device:plc2" }));
    expect(opened?.incident).toMatchObject({
      origin: "quarantine",
      quarantine: true,
      verdict: "attack",
      priority: "high",
    });
    expect(opened?.incident.techniques.map(({ id }) => id)).toEqual(["T0856", "T0859"]);
  });

  test("suppressed frames return when they are backfilled", () => {
    const book = new IncidentBook(site);
    const events = [
      ...book.door(seen("suppressed-frames")),
      ...book.door(seen("backfilled", { timeMs: START + HOUR })),
    ];
    expect(changesOf(events)).toEqual(["opened", "returned"]);
    expect(events[0]?.incident.techniques.map(({ id }) => id)).toEqual(["T0804"]);
  });

  test("what the door saw of a suspect's device stands beside the process incident", () => {
    const book = new IncidentBook(site);
    book.door(seen("fork", { code: "FRAME_FORK", device: "device:plc2" }));
    expect(play([lie], book)[0]?.incident.annotations[0]).toContain("at the door meanwhile: Two frames claim");
  });
});

test("stopping and restoring anywhere changes nothing, and events are never shared with the book", () => {
  const hour = fc.oneof(
    { weight: 3, arbitrary: fc.constant(calm) },
    fc.record({
      accused: fc.subarray(site.signals.map((signal) => signal.id)),
      verdict: fc.constantFrom("attack" as const, "undetermined" as const),
    }),
  );
  fc.assert(
    fc.property(fc.array(hour, { maxLength: 60 }), fc.nat(), (hours, stop) => {
      const at = hours.length === 0 ? 0 : stop % hours.length;
      const first = new IncidentBook(site);
      const head = play(hours.slice(0, at), first);
      const frozen = JSON.stringify(head);
      const second = new IncidentBook(site);
      second.restore(first.snapshot());
      expect(second.snapshot()).toEqual(first.snapshot());
      const whole = [...head, ...play(hours.slice(at), second, at)];
      play(hours.slice(at), first, at);
      expect(JSON.stringify(head)).toBe(frozen);
      expect(whole).toEqual(play(hours));
    }),
  );
});
