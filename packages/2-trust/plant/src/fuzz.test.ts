/** Sites made wrong at random: the answer is a site or faults that point into their files; nothing is ever thrown. */
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadSite, type Site, type SiteFile, siteOf } from "./index.ts";

const good = (loadSite(join(import.meta.dirname, "../../../../sites/net1")) as Site).files;

const NOISE = [
  "&a ",
  "*a",
  "<<: *a",
  "!!binary ",
  "|\n",
  ">\n",
  "%YAML 1.1\n",
  "---\n",
  "...\n",
  "? ",
  ": ",
  "- ",
  "{",
  "}",
  "[",
  "]",
  '"',
  "'",
  "\t",
  "#",
  "null",
  "~",
  "__proto__: {a: 1}",
  "constructor: 1",
  "1e999",
  "-0",
  ".nan",
  "0x1",
  "../",
  "\u0000",
  "\uFEFF",
  "\u2028",
  "\r",
  "[[[[[[[[[[",
  "{{{{{{{{{{",
  '{"tw:rules":',
  "true",
  "2020-01-01",
  "\ud800",
] as const;

/** One file cut somewhere and noise put in its place. */
function spliced(path: string): fc.Arbitrary<SiteFile[]> {
  const file = good.find((one) => one.path === path) as SiteFile;
  const noise = fc.oneof(
    fc.constantFrom(...NOISE).map((text) => new TextEncoder().encode(text)),
    fc.uint8Array({ maxLength: 16 }),
  );
  const cut = fc.oneof(fc.nat(4), fc.nat(400));
  return fc.tuple(fc.nat(file.bytes.length), cut, noise).map(([at, length, bytes]) =>
    good.map((one) =>
      one === file
        ? {
            path,
            bytes: new Uint8Array([...file.bytes.subarray(0, at), ...bytes, ...file.bytes.subarray(at + length)]),
          }
        : one,
    ),
  );
}

function holds(files: readonly SiteFile[]): void {
  const started = performance.now();
  const site = siteOf(files, { checkRule: (rule) => (rule.length > 50 ? "too long" : undefined) });
  expect(performance.now() - started).toBeLessThan(2_000);
  if (!Array.isArray(site)) {
    expect(site.signals.every((signal, i) => signal.number === i && signal.minimum < signal.maximum)).toBe(true);
    return;
  }
  expect(site.length).toBeGreaterThan(0);
  for (const fault of site) {
    const file = files.find((one) => one.path === fault.file);
    const lines = new TextDecoder().decode(file?.bytes).split(/\r\n|\n|\r/).length;
    expect(fault.line).toBeGreaterThanOrEqual(1);
    expect(fault.line).toBeLessThanOrEqual(lines);
    expect(fault.message).toMatch(/\S/);
  }
}

test("site.yaml", () => {
  fc.assert(fc.property(spliced("site.yaml"), holds), { numRuns: 400 });
});

test("a Thing Description", () => {
  fc.assert(fc.property(spliced("things/plc1.td.json"), holds), { numRuns: 400 });
});

test("values of any shape in the place of any key of a Thing Description", () => {
  const file = good.find((one) => one.path === "things/plc2.td.json") as SiteFile;
  const td = JSON.parse(new TextDecoder().decode(file.bytes));
  const keys = [...Object.keys(td), ...Object.keys(td.properties.L_2)];
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 3 }), (key, value) => {
      const changed =
        key in td ? { ...td, [key]: value } : { ...td, properties: { L_2: { ...td.properties.L_2, [key]: value } } };
      const bytes = new TextEncoder().encode(JSON.stringify(changed, null, 1));
      holds(good.map((one) => (one === file ? { ...one, bytes } : one)));
    }),
    { numRuns: 300 },
  );
});

test("bytes that were never a site", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.string().map((text) => new TextEncoder().encode(text)),
      ),
      (bytes) => holds([{ path: "site.yaml", bytes }]),
    ),
    { numRuns: 300 },
  );
});
