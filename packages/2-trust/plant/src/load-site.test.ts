import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sha256, toHex } from "@twinward/kernel";
import { afterEach, expect, test } from "vitest";
import { formatSiteFault, loadSite, type SiteFile, siteOf } from "./index.ts";
import * as limits from "./site-limits.ts";
import { siteYaml } from "./site-yaml.ts";

const here = import.meta.dirname;
const cTown = join(here, "../../../../sites/c-town");
const net1 = join(here, "../../../../sites/net1");
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function goodFiles(): SiteFile[] {
  const site = loadSite(net1);
  if (Array.isArray(site)) throw new Error(site.map(formatSiteFault).join("\n"));
  return [...site.files];
}

/** The files of Net1 with one text replaced in one of them. */
function changed(path: string, from: string, to: string): SiteFile[] {
  return goodFiles().map((file) => {
    if (file.path !== path) return file;
    const text = new TextDecoder().decode(file.bytes);
    expect(text).toContain(from);
    return { path, bytes: new TextEncoder().encode(text.replace(from, to)) };
  });
}

function faultsOf(files: readonly SiteFile[]): string[] {
  const site = siteOf(files);
  if (!Array.isArray(site)) throw new Error("no fault");
  return site.map(formatSiteFault);
}

function folderOf(files: readonly SiteFile[]): string {
  const folder = mkdtempSync(join(tmpdir(), "twinward-site-"));
  folders.push(folder);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file.path)), { recursive: true });
    writeFileSync(join(folder, file.path), file.bytes);
  }
  return folder;
}

test("C-Town loads: nine devices, forty-three signals in the order of site.yaml, numbered by place", () => {
  const site = loadSite(cTown);
  if (Array.isArray(site)) throw new Error(site.map(formatSiteFault).join("\n"));
  expect([site.id, site.devices.length, site.signals.length]).toEqual(["c-town", 9, 43]);
  expect(site.signals.every((signal, i) => signal.number === i)).toBe(true);
  expect(site.signals[0]).toMatchObject({ id: "L_T1", device: "plc2", element: "T1", kind: "level", unit: "m" });
  expect(site.devices[0]?.signals).toEqual(["F_PU1", "S_PU1", "F_PU2", "S_PU2", "F_PU3", "S_PU3", "P_J280", "P_J269"]);
  expect(site.behaviour).toMatchObject({ kind: "epanet", model: "model/ctown.inp" });
  expect([site.samplePeriodMs, site.latenessMsMax, site.aheadMsMax]).toEqual([3_600_000, 7_200_000, 60_000]);
});

test("a site built from the log's files is the site of the folder", () => {
  const site = loadSite(cTown);
  if (Array.isArray(site)) throw new Error("faults");
  expect(siteOf(site.files.toReversed())).toEqual(site);
});

test("the digest is SHA-256 over what sha256sum prints for the files sorted by path", () => {
  const site = loadSite(net1);
  if (Array.isArray(site)) throw new Error("faults");
  const paths = site.files.map((file) => file.path);
  expect(paths).toEqual(["model/Net1.inp", "site.yaml", "things/plc1.td.json", "things/plc2.td.json"]);
  const text = site.files.map((file) => `${toHex(sha256(file.bytes))}  ${file.path}\n`).join("");
  expect(site.digest).toBe(toHex(sha256(new TextEncoder().encode(text))));
});

test("a wrong reference names file, line and path", () => {
  const faults = faultsOf(changed("site.yaml", "zone: tanks, kind: controller", "zone: tank, kind: controller"));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^site\.yaml:\d+ assets\[1\]\.zone: no zone is called "tank"$/);
});

test("all faults of all files come at once, site.yaml first", () => {
  const files = changed("site.yaml", "samplePeriod: 1h", "samplePeriod: 1 hour\n  sampleperiod: 1h").map((file) => {
    const text = new TextDecoder().decode(file.bytes);
    if (file.path.endsWith("plc1.td.json")) return { ...file, bytes: bytesOf(text.replace('"tw:accuracy": 0.5,', "")) };
    if (file.path.endsWith("plc2.td.json"))
      return { ...file, bytes: bytesOf(text.replace("tw:rateMax", "tw:rateMaximum")) };
    return file.path.endsWith(".inp") ? { ...file, bytes: bytesOf(text.replace("50.5 ", "wide ")) } : file;
  });
  expect(faultsOf(files)).toEqual([
    "site.yaml:9 timing.samplePeriod: is no duration above zero such as 90s, 15min, 1h or 2d",
    "site.yaml:10 timing.sampleperiod: is no key of a site file",
    'model/Net1.inp:24: diameter "wide" is no number',
    expect.stringMatching(/^things\/plc1\.td\.json:\d+ properties\.S_9: must have required property 'tw:accuracy'$/),
    expect.stringMatching(/^things\/plc2\.td\.json:\d+ properties\.L_2\.tw:rateMaximum: is no term of the extension/),
  ]);
});

test("a clock may not run ahead by as much as rows wait: one device could make the readings of all others late", () => {
  expect(faultsOf(changed("site.yaml", "ahead: 1min", "ahead: 2h"))).toEqual([
    "site.yaml:11 timing.ahead: must be shorter than timing.lateness",
  ]);
});

test("a signal is described exactly once and listed exactly once", () => {
  expect(faultsOf(changed("site.yaml", "  - F_9\n", "  - F_9\n  - F_9\n  - F_10\n"))).toEqual([
    expect.stringMatching(/signals\[2\]: "F_9" is there already$/),
    expect.stringMatching(/signals\[3\]: no Thing Description has a property "F_10"$/),
  ]);
  expect(faultsOf(changed("site.yaml", "  - F_9\n", ""))).toEqual([
    expect.stringMatching(/^things\/plc1\.td\.json:\d+ properties\.F_9: is not in the list of signals in site\.yaml$/),
  ]);
});

test("an element the model does not have, and a minimum above its maximum, are faults of the Thing Description", () => {
  expect(faultsOf(changed("things/plc2.td.json", '"tw:element": "2"', '"tw:element": "3"'))).toEqual([
    expect.stringMatching(/properties\.L_2\.tw:element: the model has no "3" with a level$/),
  ]);
  expect(faultsOf(changed("things/plc2.td.json", '"minimum": 30', '"minimum": 300'))).toEqual([
    expect.stringMatching(/properties\.L_2\.maximum: must be above minimum$/),
  ]);
});

test("a rule that does not compile is a fault where the caller can compile rules", () => {
  const checkRule = (rule: string) => (rule.includes("S_9") ? "does not compile" : undefined);
  const faults = siteOf(goodFiles(), { checkRule });
  expect(Array.isArray(faults) && faults.map(formatSiteFault)).toEqual([
    expect.stringMatching(/^things\/plc1\.td\.json:\d+ properties\.F_9\.tw:rules\[0\]: does not compile$/),
  ]);
});

test("names that leave the folder are refused by their form", () => {
  for (const path of ["../net1/model/Net1.inp", "/etc/passwd", "model/../../x", "model\\Net1.inp", ".git/config"]) {
    const folder = folderOf(changed("site.yaml", "model: model/Net1.inp", `model: ${path}`));
    const faults = loadSite(folder);
    expect(Array.isArray(faults) && faults.some((fault) => fault.path === "behaviour.model"), path).toBe(true);
  }
});

test("a link that leads out of the folder is refused, one that stays inside is not", () => {
  const files = goodFiles();
  const out = folderOf(files.filter((file) => !file.path.endsWith(".inp")));
  mkdirSync(join(out, "model"), { recursive: true });
  symlinkSync(join(net1, "model/Net1.inp"), join(out, "model/Net1.inp"));
  expect(loadSite(out)).toMatchObject([{ file: "site.yaml", message: "model/Net1.inp leads out of the site folder" }]);
  const inside = folderOf([
    ...files.filter((file) => !file.path.endsWith(".inp")),
    { path: "real.inp", bytes: inpOf(files) },
  ]);
  mkdirSync(join(inside, "model"), { recursive: true });
  symlinkSync("../real.inp", join(inside, "model/Net1.inp"));
  expect(loadSite(inside)).toMatchObject({ id: "net1" });
});

test("a folder in place of a file, a missing file and a missing folder are faults and nothing is thrown", () => {
  const folder = folderOf(goodFiles().filter((file) => !file.path.endsWith("plc2.td.json")));
  expect(loadSite(folder)).toMatchObject([{ message: "things/plc2.td.json cannot be read: ENOENT" }]);
  mkdirSync(join(folder, "things/plc2.td.json"));
  expect(loadSite(folder)).toMatchObject([{ message: "things/plc2.td.json is not a file" }]);
  expect(loadSite(join(folder, "nowhere"))).toMatchObject([{ file: "site.yaml", line: 1 }]);
});

test("a file beyond its limit is not read, and the fault names the limit", () => {
  const big = { path: "site.yaml", bytes: new Uint8Array(limits.SITE_YAML_BYTES_MAX + 1) };
  expect(faultsOf([big])).toEqual([
    "site.yaml:1: site.yaml holds 524289 bytes, more than SITE_YAML_BYTES_MAX (524288)",
  ]);
});

test("aliases, tags, deep nesting and bytes that are no text are refused at once", () => {
  const bomb = `a: &a [1]\n${Array.from({ length: 30 }, (_, i) => `b${i}: [*a, *a, *a]`).join("\n")}\n`;
  expect(faultsOf([{ path: "site.yaml", bytes: bytesOf(bomb) }])).toEqual([
    "site.yaml:1: anchors and aliases are not used here",
  ]);
  expect(faultsOf([{ path: "site.yaml", bytes: bytesOf("a: !!js/function 'x'\n") }])[0]).toMatch(/^site\.yaml:1: /);
  for (const deep of ["[".repeat(100_000), `${"[".repeat(200)}${"]".repeat(200)}`, "- ".repeat(50_000)]) {
    const started = performance.now();
    expect(faultsOf([{ path: "site.yaml", bytes: bytesOf(deep) }]).length).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(5_000);
  }
  expect(faultsOf([{ path: "site.yaml", bytes: new Uint8Array([0xff, 0xfe, 0x00]) }])).toEqual([
    "site.yaml:1: is not UTF-8 text",
  ]);
});

test("a key given twice is a fault", () => {
  expect(faultsOf(changed("site.yaml", "id: net1", "id: net1\nid: net2"))[0]).toMatch(
    /^site\.yaml:6: "id" is there already$/,
  );
});

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function inpOf(files: readonly SiteFile[]): Uint8Array {
  return files.find((file) => file.path.endsWith(".inp"))?.bytes ?? new Uint8Array();
}

test("the format page names every limit, every key of site.yaml and every term of the vocabulary", () => {
  const page = readFileSync(join(here, "../../../../docs/formats/site.md"), "utf8");
  const schema = JSON.parse(readFileSync(join(here, "../vocabulary/plant-v1.schema.json"), "utf8"));
  const terms = Object.keys({ ...schema.properties, ...schema.definitions.signal.properties });
  const names = [
    ...Object.keys(limits),
    ...Object.keys(siteYaml.shape),
    ...terms.filter((term) => term.startsWith("tw:")),
  ];
  expect(names.filter((name) => !new RegExp(`\`${name}[\`.[]`).test(page))).toEqual([]);
});

test("a file as big as its limit and made to be slow is answered within seconds", () => {
  const bytes = limits.SITE_YAML_BYTES_MAX - 1000;
  const fill = (unit: (i: number) => string) => {
    let text = "";
    for (let i = 0; text.length < bytes; i += 1) text += unit(i);
    return bytesOf(text);
  };
  for (const slow of [fill((i) => `k${i}:\n`), fill(() => "a:\n"), fill(() => "{a,")]) {
    const before = process.cpuUsage();
    expect(faultsOf([{ path: "site.yaml", bytes: slow }])).toHaveLength(limits.FAULTS_MAX);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(8);
  }
});

test("a Thing Description made to be slow for the schemas is refused before them", () => {
  const digits = JSON.stringify({ links: [{ href: "/", rel: "icon", sizes: "1".repeat(900_000) }] });
  const list = JSON.stringify({ properties: { a: { enum: Array.from({ length: 100_000 }, (_, i) => i) } } });
  for (const [text, limit] of [
    [digits, "TEXT_CHARACTERS_MAX"],
    [list, "THING_ITEMS_MAX"],
  ] as const) {
    const files = goodFiles().map((file) =>
      file.path.endsWith("plc1.td.json") ? { ...file, bytes: bytesOf(text) } : file,
    );
    expect(faultsOf(files)[0]).toContain(limit);
  }
});
