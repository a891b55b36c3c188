import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CsvRow, loadSite, openCsv, roundToResolution, type Signal, type Site } from "../index.ts";
import { cTownSite, net1Site } from "./example-sites.ts";

const sites = join(import.meta.dirname, "../../../../../sites");
const batadal = join(import.meta.dirname, "../../../../../../shared/data/batadal");
const missing = !existsSync(batadal);
if (missing) console.warn(`not run: C-Town against recorded data (${batadal} is missing)`);

for (const [name, model, make] of [
  ["c-town", "model/ctown.inp", cTownSite],
  ["net1", "model/Net1.inp", net1Site],
] as const) {
  test(`sites/${name} is what tools/make-sites.ts writes`, () => {
    const made = make(new Uint8Array(readFileSync(join(sites, name, model))));
    for (const file of made) {
      const committed = readFileSync(join(sites, name, file.path));
      expect(committed.equals(file.bytes), `${file.path}: run tools/make-sites.ts`).toBe(true);
    }
    const things = made.map((file) => file.path).filter((path) => path.startsWith("things/"));
    expect(
      readdirSync(join(sites, name, "things"))
        .map((file) => `things/${file}`)
        .sort(),
    ).toEqual(things.sort());
  });
}

test("each controller has its own elements and the pressures beside them", () => {
  const site = loadSite(join(sites, "c-town")) as Site;
  const of = (id: string) =>
    site.devices.find((device) => device.id === id)?.signals.filter((name) => !/^[FS]_/.test(name));
  expect(of("plc1")).toEqual(["P_J280", "P_J269"]);
  expect(of("plc3")).toEqual(["L_T2", "P_J300", "P_J256", "P_J289", "P_J415", "P_J14", "P_J422"]);
  expect(of("plc5")).toEqual(["P_J302", "P_J306", "P_J307", "P_J317"]);
  expect(["plc2", "plc4", "plc6", "plc7", "plc8", "plc9"].map(of)).toEqual([
    ["L_T1"],
    ["L_T3"],
    ["L_T4"],
    ["L_T5"],
    ["L_T6"],
    ["L_T7"],
  ]);
  expect(site.behaviour.kind === "epanet" && site.behaviour.controls).toHaveLength(10);
});

/** Every way in which a row of clean data breaks a rule of its signal, by signal. */
class RuleCheck {
  readonly broken: string[] = [];
  readonly #last = new Map<Signal, { value: number; timeMs: number; sinceMs: number }>();
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
  }

  row(row: CsvRow): void {
    for (const signal of this.#site.signals) {
      const value = roundToResolution(row.values[signal.number] as number, signal.resolution);
      this.#range(signal, value, row);
      this.#motion(signal, value, row);
      this.#stopped(signal, value, row);
    }
  }

  #range(signal: Signal, value: number, row: CsvRow): void {
    if (value < signal.minimum || value > signal.maximum)
      this.broken.push(`${row.timeText} ${signal.id} range ${value}`);
    if (signal.enum !== undefined && !signal.enum.includes(value))
      this.broken.push(`${row.timeText} ${signal.id} enum`);
  }

  #motion(signal: Signal, value: number, row: CsvRow): void {
    const last = this.#last.get(signal);
    const still = last !== undefined && last.value === value;
    const sinceMs = still ? last.sinceMs : row.timeMs;
    this.#last.set(signal, { value, timeMs: row.timeMs, sinceMs });
    if (last === undefined) return;
    const rate = Math.abs(value - last.value) / ((row.timeMs - last.timeMs) / 1000);
    if (rate > (signal.rateMax ?? Infinity)) this.broken.push(`${row.timeText} ${signal.id} rate ${rate * 3600}`);
    if (row.timeMs - sinceMs > (signal.flatlineMsMax ?? Infinity))
      this.broken.push(`${row.timeText} ${signal.id} flatline`);
  }

  /** The one kind of rule the site has, read without CEL: no flow through what is switched off. */
  #stopped(signal: Signal, value: number, row: CsvRow): void {
    for (const rule of signal.rules) {
      const [, status, most] = /^(S_\w+) == 1\.0 \|\| value <= ([\d.]+)$/.exec(rule) ?? [];
      const place = this.#site.signals.find((other) => other.id === status)?.number;
      expect(place, rule).toBeDefined();
      if (row.values[place as number] !== 1 && value > Number(most)) this.broken.push(`${row.timeText} ${rule}`);
    }
  }
}

describe.skipIf(missing)("C-Town against recorded data", () => {
  const site = loadSite(join(sites, "c-town")) as Site;

  test("its signals are the columns of the recording, in their order", () => {
    const header = readFileSync(join(batadal, "dataset03.csv"), "utf8").split(/\r?\n/, 1)[0]?.split(",");
    expect(header).toEqual(["DATETIME", ...site.signals.map((signal) => signal.id), "ATT_FLAG"]);
  });

  test("a clean year of 8,761 hours breaks no rule", async () => {
    const table = await openCsv(site, join(batadal, "dataset03.csv"));
    const check = new RuleCheck(site);
    let rows = 0;
    for await (const row of table.rows) {
      rows += 1;
      check.row(row);
    }
    expect(rows).toBe(8_761);
    expect(check.broken).toEqual([]);
  });

  test("nor do the hours without an attack in a later half-year", async () => {
    const table = await openCsv(site, join(batadal, "dataset04_full_labels.csv"), { labelled: true });
    const check = new RuleCheck(site);
    for await (const row of table.rows) if (row.label === 0) check.row(row);
    expect(check.broken).toEqual([]);
  });
});
