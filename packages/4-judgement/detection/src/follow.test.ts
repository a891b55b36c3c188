import type { EntryDraft } from "@twinward/evidence";
import { equalBytes } from "@twinward/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlignedRow, DoorEvent } from "./align/aligned.ts";
import { alignmentSite } from "./align/alignment-site.fixture.ts";
import { MemoryLog, SigningDevice } from "./align/memory-log.fixture.ts";
import { decodeJson, encodeJson } from "./align/stable-json.ts";
import { LogFollower } from "./follow.ts";
import { storedJudgementOf } from "./follow-judgement.ts";
import type { Downstream, PipelineOptions } from "./follow-pipeline.ts";
import { recompute } from "./follow-recompute.ts";
import type { Judge, Judgement, Row } from "./judge.ts";

const P = 1000;
const T0 = 1_500_000_000_000;
const site = alignmentSite({ devices: 3, signalsEach: 2, samplePeriodMs: P, latenessMsMax: 2 * P });

/** Remembers everything it saw, so that a wrong restart shows in its judgements. */
class RunningSum implements Judge {
  #sum = 0;
  #notices: string[] = [];

  announce(notice: { readonly what: string }): void {
    if (!this.#notices.includes(notice.what)) this.#notices.push(notice.what);
  }

  step(row: Row): Judgement {
    this.#sum = (this.#sum * 31 + row.values.reduce((sum, value) => sum + (Number.isNaN(value) ? 7 : value), 0)) % 1e6;
    const alarm = Math.floor(this.#sum) % 3 === 0;
    return {
      timeMs: row.timeMs,
      alarm,
      score: this.#sum,
      verdict: alarm ? "attack" : "",
      suspects: alarm ? [{ signal: "d0s0", weight: 1 }] : [],
      alternatives: [],
      causes: alarm
        ? [
            {
              check: "sum",
              signal: "d0s0",
              measured: this.#sum,
              expected: null,
              deviation: Infinity,
              text: "divisible",
            },
          ]
        : [],
      sinceMs: alarm ? row.timeMs : Number.NaN,
      estimates: row.values.map((value) => value / 3),
      sigmas: row.values.map(() => 0.1),
      trust: row.values.map((value) => (Number.isNaN(value) ? Number.NaN : 0.9)),
      substituted: [],
      notice: this.#notices.join(),
    };
  }

  snapshot(): Uint8Array {
    return encodeJson([this.#sum, this.#notices]);
  }

  restore(snapshot: Uint8Array): void {
    [this.#sum, this.#notices] = decodeJson<[number, string[]]>(snapshot);
  }
}

/** Counts what it is told and gives an entry for every third thing. */
class CountingDownstream implements Downstream {
  told = 0;
  replays = 0;
  rows: AlignedRow[] = [];
  events: DoorEvent[] = [];
  #seen: string[] = [];

  onRow = (row: AlignedRow) => {
    this.rows.push(row);
    return this.#say(`row ${row.timeMs}`);
  };
  onLate = () => this.#say("late");
  onEvent = (event: DoorEvent) => {
    this.events.push(event);
    return this.#say(`${event.what} ${event.device}`);
  };
  onEntry = (entry: { readonly kind: string }) => this.#say(entry.kind);
  onReplayed = () => {
    this.replays++;
  };
  snapshot = () => ({ counting: encodeJson(this.#seen) });
  restore(state: (name: string) => Uint8Array | undefined): void {
    this.#seen = decodeJson<string[]>(state("counting") ?? encodeJson([]));
  }

  #say(what: string): EntryDraft[] {
    this.told++;
    this.#seen.push(what);
    const facts = { change: `${this.#seen.length} ${what}` };
    return this.#seen.length % 3 === 0 ? [{ kind: "incident", facts, body: encodeJson(this.#seen.length) }] : [];
  }
}

const optionsFor = (reader: MemoryLog): PipelineOptions & { readonly downstream: CountingDownstream } => ({
  reader,
  site,
  judge: new RunningSum(),
  code: "c0de",
  model: "0de1",
  downstream: new CountingDownstream(),
  judgeLate: (reading) => [
    { check: "range", signal: "", measured: reading.value, expected: null, deviation: 1, text: "out of range" },
  ],
});

/** What the plant sends in some periods: frames of three devices, one of them held back now and then, and a notice. */
function plantEntries(periods: number): { readonly draft: EntryDraft; readonly atMs: number }[] {
  const devices = site.devices.map((device, i) => new SigningDevice(site, device.id, i + 1));
  const entries = devices.map((device) => ({ draft: device.tableDraft(), atMs: T0 }));
  const heldBack: { readonly draft: EntryDraft; readonly atMs: number }[] = [];
  for (let period = 0; period < periods; period++) {
    const timeMs = T0 + period * P;
    if (period === 4) {
      const facts = { start: timeMs, end: timeMs + P, what: "holiday" };
      entries.push({ draft: { kind: "notice", facts }, atMs: timeMs });
    }
    devices.forEach((device, d) => {
      const signals = site.devices[d]?.signals ?? [];
      const readings = signals.map((signal, s) => ({ signal, timeMs, value: period + d / 10 + s / 7, quality: 0 }));
      const item = { draft: device.frameDraft(readings), atMs: timeMs };
      if (d === 2 && period % 7 === 5) heldBack.push({ ...item, atMs: timeMs + 5 * P });
      else entries.push(item);
    });
    if (period % 7 === 3) entries.push(...heldBack.splice(0));
  }
  entries.push({ draft: { kind: "tick", facts: {} }, atMs: T0 + (periods + 20) * P });
  return entries;
}

/** Follows to the end, appending each group. */
function follow(log: MemoryLog, follower: LogFollower): void {
  for (let group = follower.next(); group !== undefined; group = follower.next()) log.appendAll(group, T0);
}

/** Output entries without what depends on where the inputs lie between them. */
const outputsOf = (log: MemoryLog) =>
  log.entries(0, Infinity, ["judgement", "incident"]).map((entry) => {
    const { from: _from, to: _to, ...facts } = entry.facts;
    return { kind: entry.kind, facts, body: Buffer.from(log.body(entry.index) as Uint8Array).toString() };
  });

function judgedAtOnce(entries: ReturnType<typeof plantEntries>): MemoryLog {
  const log = new MemoryLog();
  for (const { draft, atMs } of entries) log.append(draft, atMs);
  follow(log, new LogFollower(optionsFor(log)));
  return log;
}

describe("following", () => {
  const entries = plantEntries(40);
  const undisturbed = judgedAtOnce(entries);

  test("every row is judged once, late readings in their place, and the notice reaches the judge", () => {
    const judgements = undisturbed.entries(0, Infinity, ["judgement"]);
    const rows = judgements.filter((entry) => entry.facts.late === false);
    expect(rows.map((entry) => entry.facts.time)).toEqual(Array.from({ length: 40 }, (_, i) => T0 + i * P));
    expect(judgements.filter((entry) => entry.facts.late === true)).toHaveLength(5);
    const last = storedJudgementOf(undisturbed.body(rows.at(-1)!.index) as Uint8Array);
    expect(last.late ? "" : last.judgement.notice).toBe("holiday");
  });

  test("ranges of input entries follow each other without a gap", () => {
    const judgements = undisturbed.entries(0, Infinity, ["judgement"]);
    const inputs = undisturbed.entries(0, Infinity, ["frame", "notice", "signal-table", "tick"]);
    for (const input of inputs.filter((entry) => entry.index <= Number(judgements.at(-1)?.facts.to))) {
      const covering = judgements.filter(
        (entry) => Number(entry.facts.from) <= input.index && input.index <= Number(entry.facts.to),
      );
      expect(covering.length, `entry ${input.index}`).toBeGreaterThanOrEqual(1);
    }
  });

  test("a judgement comes back from its body as it was, and the body holds no log index", () => {
    const [first] = undisturbed.entries(0, Infinity, ["judgement"]);
    const stored = storedJudgementOf(undisturbed.body(first!.index) as Uint8Array);
    if (stored.late) throw new Error("the first judgement is of a row");
    expect(stored.row).toMatchObject({ timeMs: T0, entries: [] });
    expect(stored.row.values[1]).toBe(1 / 7);
    expect(stored.judgement.estimates[1]).toBe(Number((1 / 21).toPrecision(6)));
    expect(Number.isNaN(stored.judgement.sinceMs) || stored.judgement.alarm).toBe(true);
  });

  test("killed anywhere, with any batches and snapshots, the output is the same bytes", () => {
    const expected = outputsOf(undisturbed);
    const lives = fc.record({
      entries: fc.integer({ min: 1, max: 30 }),
      groups: fc.integer({ min: 0, max: 6 }),
      losesGroup: fc.boolean(),
      snapshotRows: fc.integer({ min: 1, max: 9 }),
      groupEntriesMax: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(lives, { maxLength: 8 }), (history) => {
        const log = new MemoryLog();
        let arrived = 0;
        const arrive = (count: number) => {
          for (const { draft, atMs } of entries.slice(arrived, arrived + count)) log.append(draft, atMs);
          arrived += count;
        };
        for (const life of history) {
          const follower = new LogFollower({ ...optionsFor(log), ...life });
          arrive(life.entries);
          for (let done = 0; done < life.groups; done++) {
            const group = follower.next();
            if (group !== undefined) log.appendAll(group, T0);
          }
          // Dies with a group made and not appended.
          if (life.losesGroup) follower.next();
        }
        arrive(entries.length);
        follow(log, new LogFollower(optionsFor(log)));
        expect(outputsOf(log)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("after a restart downstream is told when what it gave was in the log already", () => {
    const log = new MemoryLog();
    for (const { draft, atMs } of entries.slice(0, 60)) log.append(draft, atMs);
    follow(log, new LogFollower({ ...optionsFor(log), snapshotRows: 1000 }));
    const options = optionsFor(log);
    const again = new LogFollower(options);
    expect(options.downstream.replays).toBe(1);
    expect(options.downstream.told).toBeGreaterThan(0);
    expect(again.next()).toBeUndefined();
  });

  test("between snapshots a group carries only a small position", () => {
    const log = new MemoryLog();
    for (const { draft, atMs } of entries) log.append(draft, atMs);
    const follower = new LogFollower({ ...optionsFor(log), snapshotRows: 10, groupEntriesMax: 4 });
    const sizes: number[] = [];
    for (let group = follower.next(); group !== undefined; group = follower.next()) {
      log.appendAll(group, T0);
      sizes.push(Object.values(group.states ?? {}).reduce((sum, state) => sum + state.length, 0));
    }
    expect(sizes.filter((size) => size > 250).length).toBeLessThanOrEqual(5);
  });

  test("another model goes on after the last row with a judge that knows nothing", () => {
    const log = new MemoryLog();
    for (const { draft, atMs } of entries.slice(0, 60)) log.append(draft, atMs);
    follow(log, new LogFollower(optionsFor(log)));
    const rowsBefore = log.entries(0, Infinity, ["judgement"]).length;
    for (const { draft, atMs } of entries.slice(60)) log.append(draft, atMs);
    follow(log, new LogFollower({ ...optionsFor(log), model: "0ther" }));
    const judgements = log.entries(0, Infinity, ["judgement"]);
    const times = judgements.filter((entry) => entry.facts.late === false).map((entry) => entry.facts.time);
    expect(new Set(times).size).toBe(40);
    expect(times).toHaveLength(40);
    expect(judgements.slice(rowsBefore).every((entry) => entry.facts.model === "0ther")).toBe(true);
  });
});

describe("recomputation", () => {
  const entries = plantEntries(25);

  test("agrees with an honest log", () => {
    const log = judgedAtOnce(entries);
    const result = recompute(optionsFor(log));
    expect(result).toEqual({ compared: outputsOf(log).length, mismatches: [], afterErasure: 0, erased: 0, pending: 0 });
  });

  test("names a judgement whose body says something else", () => {
    const log = judgedAtOnce(entries);
    const victim = log.entries(0, Infinity, ["judgement"])[9]!;
    const body = log.body(victim.index) as Uint8Array;
    const changed = Buffer.from(
      Buffer.from(body)
        .toString()
        .replace(/"alarm":\w+/, '"alarm":false,"x":1'),
    );
    expect(equalBytes(changed, body)).toBe(false);
    log.replaceBody(victim.index, changed);
    expect(recompute(optionsFor(log)).mismatches).toEqual([
      { entry: victim.index, reason: "body differs", detail: "judgement" },
    ]);
  });

  test("names an invented judgement, one left out, and one by other code", () => {
    const log = judgedAtOnce(entries);
    log.append({ kind: "judgement", facts: { time: 1 }, body: new Uint8Array([1]) }, T0);
    expect(recompute(optionsFor(log)).mismatches).toMatchObject([{ reason: "not given by the log's inputs" }]);
    expect(recompute({ ...optionsFor(log), code: "0ther" }).mismatches[0]).toMatchObject({
      reason: "judged by others",
    });
    const short = new MemoryLog();
    for (const { draft, atMs } of entries) short.append(draft, atMs);
    expect(recompute(optionsFor(short))).toMatchObject({ compared: 0, mismatches: [] });
    expect(recompute(optionsFor(short)).pending).toBe(outputsOf(log).length - 1);
  });

  test("what can no longer be judged because a frame is erased is counted apart", () => {
    const log = judgedAtOnce(entries);
    log.erase(log.entries(0, Infinity, ["frame"])[30]!.index);
    const result = recompute(optionsFor(log));
    expect(result.mismatches).toEqual([]);
    expect(result.erased).toBe(1);
    expect(result.afterErasure).toBeGreaterThan(0);
  });
});
