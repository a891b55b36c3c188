import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readThing } from "./thing.ts";
import { extensionProblems, PLANT_NAMESPACE, thingProblems } from "./thing-schema.ts";

const vectors = join(import.meta.dirname, "../../../../../shared/vectors/wot-td/examples/td");
const missing = !existsSync(vectors);
if (missing) console.warn(`not run: W3C example Thing Descriptions (${vectors} is missing)`);

describe.skipIf(missing)("the W3C's own examples", () => {
  test("are Thing Descriptions of TD 1.1", () => {
    const files = readdirSync(vectors, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".td.jsonld"),
    );
    expect(files.length).toBeGreaterThan(30);
    const wrong = files.filter(
      (name) => thingProblems(JSON.parse(readFileSync(join(vectors, name), "utf8"))).length > 0,
    );
    expect(wrong).toEqual([]);
  });
});

const td = {
  "@context": ["https://www.w3.org/2022/wot/td/v1.1", { tw: PLANT_NAMESPACE }],
  title: "Tank",
  "tw:device": "plc1",
  securityDefinitions: { none: { scheme: "nosec" } },
  security: "none",
  properties: {
    L_T1: {
      title: "Level",
      type: "number",
      unit: "m",
      minimum: 0,
      maximum: 6,
      readOnly: true,
      "tw:quantity": "level",
      "tw:element": "T1",
      "tw:resolution": 0.01,
      "tw:accuracy": 0.03,
      forms: [{ href: "/v1/signals/L_T1" }],
    },
  },
};

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, null, 1));
}

test("a complete Thing Description has no problem, and both schemas look at it", () => {
  expect(readThing("t.td.json", bytesOf(td)).faults).toEqual([]);
});

test("a Thing Description without title, context or security is none", () => {
  for (const key of ["title", "@context", "security", "securityDefinitions"]) {
    const { [key as "title"]: _, ...rest } = td;
    expect(thingProblems(rest).map((problem) => problem.message)).toContain(`must have required property '${key}'`);
  }
});

test("the context must bind the prefix tw to our namespace", () => {
  const other = { ...td, "@context": [td["@context"][0], { tw: "https://example.com/other#" }] };
  expect(extensionProblems(other).length).toBeGreaterThan(0);
});

test("a misspelt term of the vocabulary is named, not skipped", () => {
  const property = { ...td.properties.L_T1, "tw:flatline": 60 };
  const faults = readThing("t.td.json", bytesOf({ ...td, properties: { L_T1: property } })).faults;
  expect(faults).toMatchObject([{ path: "properties.L_T1.tw:flatline", line: 33 }]);
});

test("terms have their types", () => {
  const wrong = { "tw:quantity": "height", "tw:accuracy": 0, "tw:rateMax": "fast", unit: "l per s", readOnly: false };
  for (const [term, value] of Object.entries(wrong)) {
    const property = { ...td.properties.L_T1, [term]: value };
    const paths = extensionProblems({ ...td, properties: { L_T1: property } }).map((problem) => problem.path.at(-1));
    expect(paths).toEqual([term]);
  }
});

test("YAML that is no JSON is refused", () => {
  const { faults } = readThing("t.td.json", new TextEncoder().encode("title: Tank\n"));
  expect(faults).toMatchObject([{ line: 1, path: "", message: expect.stringMatching(/^is not JSON/) }]);
});

test("the shipped context defines every term of the shipped schema", () => {
  const at = join(import.meta.dirname, "../vocabulary");
  const schema = JSON.parse(readFileSync(join(at, "plant-v1.schema.json"), "utf8"));
  const context = JSON.parse(readFileSync(join(at, "plant-v1.context.jsonld"), "utf8"))["@context"];
  const terms = [...Object.keys(schema.properties), ...Object.keys(schema.definitions.signal.properties)];
  const ours = terms.filter((term) => term.startsWith("tw:"));
  expect(
    Object.keys(context)
      .filter((term) => term.startsWith("tw:"))
      .sort(),
  ).toEqual(ours.sort());
  expect(context.tw).toBe(PLANT_NAMESPACE);
});
