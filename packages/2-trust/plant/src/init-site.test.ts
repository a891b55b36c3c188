import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "@twinward/kernel";
import { afterAll, expect, test } from "vitest";
import { formatSiteFault, initSite, loadSite, type Site } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "twinward-init-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const model = join(import.meta.dirname, "../../../../sites/c-town/model/ctown.inp");

function loaded(dir: string): Site {
  const site = loadSite(dir);
  if (Array.isArray(site)) throw new Error(site.map(formatSiteFault).join("\n"));
  return site;
}

test("the template c-town is the example site, with its licence", () => {
  const dir = join(folder, "town");
  expect(initSite(dir, { template: "c-town" })).toContain("model/LICENSE");
  expect(loaded(dir).digest).toBe(loaded(join(import.meta.dirname, "../../../../sites/c-town")).digest);
});

test("the template epanet makes a site of any network: tanks, pumps, driven valves and the pressures beside them", () => {
  const dir = join(folder, "My Town 2");
  expect(initSite(dir, { template: "epanet", model })).toContain("site.yaml");
  const site = loaded(dir);
  expect(site.id).toBe("my-town-2");
  const ids = site.signals.map((signal) => signal.id);
  expect(ids.filter((id) => id.startsWith("L_"))).toHaveLength(7);
  expect(ids.filter((id) => id.startsWith("F_"))).toEqual([
    ...Array.from({ length: 11 }, (_, i) => `F_PU${i + 1}`),
    "F_V2",
  ]);
  expect(site.devices.map((device) => device.id)).toEqual(site.devices.map((_, i) => `plc${i + 1}`));
  expect(site.devices.every((device) => device.signals.length > 0)).toBe(true);
});

test("sensors come from the header of a recording, its time format and period from its first rows", () => {
  const sensors = join(folder, "sensors.csv");
  writeFileSync(sensors, "when;P_J1;L_T3;F_P44;S_PU1;Attack\n2016-07-04 00:00;1;2;3;1;0\n2016-07-04 00:15;1;2;3;1;0\n");
  initSite(join(folder, "few"), { template: "epanet", model, sensors });
  const site = loaded(join(folder, "few"));
  expect(site.signals.map((signal) => signal.id)).toEqual(["P_J1", "L_T3", "F_P44", "S_PU1"]);
  expect(site.csv).toEqual({ delimiter: ";", timeColumn: "when", timeFormat: "iso", labelColumn: "Attack" });
  expect([site.samplePeriodMs, site.latenessMsMax]).toEqual([900_000, 1_800_000]);
});

test("a header alone is enough to name the sensors", () => {
  const sensors = join(folder, "header.csv");
  writeFileSync(sensors, "DATETIME,L_T1,S_PU1\n");
  initSite(join(folder, "header"), { template: "epanet", model, sensors });
  expect(loaded(join(folder, "header")).signals.map((signal) => signal.id)).toEqual(["L_T1", "S_PU1"]);
});

test("a sensor the network does not have is named, and nothing is written", () => {
  const sensors = join(folder, "wrong.csv");
  writeFileSync(sensors, "DATETIME,L_T1,L_PU1,F_T1,P_J99999\n");
  const dir = join(folder, "wrong");
  expect(() => initSite(dir, { template: "epanet", model, sensors })).toThrow(
    /nothing to measure for: L_PU1, F_T1, P_J99999$/,
  );
  expect(existsSync(dir)).toBe(false);
});

test("the template empty loads as it is, whatever the folder is called", () => {
  for (const name of ["plain", "42", "!!", "null"]) {
    initSite(join(folder, "empty", name), { template: "empty" });
    expect(loaded(join(folder, "empty", name)).signals).toEqual([]);
  }
  expect(loaded(join(folder, "empty", "42")).id).toBe("42");
});

test("a folder that holds anything is never written into", () => {
  const dir = join(folder, "full");
  mkdirSync(dir);
  writeFileSync(join(dir, "site.yaml"), "mine");
  for (const template of ["c-town", "empty"] as const) {
    expect(() => initSite(dir, { template })).toThrow(/is not empty$/);
  }
  expect(readFileSync(join(dir, "site.yaml"), "utf8")).toBe("mine");
  expect(() => initSite(join(dir, "site.yaml"), { template: "empty" })).toThrow(UsageError);
});

test("wrong words are usage errors", () => {
  const fresh = join(folder, "fresh");
  const none = join(folder, "none.inp");
  writeFileSync(none, "no network");
  expect(() => initSite(fresh, { template: "epanet" })).toThrow(/needs a model/);
  expect(() => initSite(fresh, { template: "epanet", model: join(folder, "nowhere") })).toThrow(
    /cannot be read: ENOENT/,
  );
  expect(() => initSite(fresh, { template: "epanet", model: none })).toThrow(/no EPANET input file that can be read/);
  expect(() => initSite(fresh, { template: "c-town", model })).toThrow(/brings its own model/);
  expect(() => initSite(fresh, { template: "empty", id: "No Site" })).toThrow(/site\.yaml:\d+ id: is no site id/);
  expect(() => initSite(fresh, { template: "other" as "empty" })).toThrow(UsageError);
  expect(existsSync(fresh)).toBe(false);
});
