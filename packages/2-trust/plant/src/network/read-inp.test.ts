import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { highestHeads } from "./highest-head.ts";
import type { Network } from "./network.ts";
import { pumpBounds } from "./pump-curve.ts";
import { readInp } from "./read-inp.ts";

const sites = join(import.meta.dirname, "../../../../../sites");
const textOf = (path: string) => readFileSync(join(sites, path), "latin1");

function networkOf(text: string): Network {
  const network = readInp(text);
  if (Array.isArray(network)) throw new Error(JSON.stringify(network));
  return network;
}

test("C-Town has what its authors say it has", () => {
  const network = networkOf(textOf("c-town/model/ctown.inp"));
  expect(network.flowUnit).toBe("LPS");
  expect([network.junctions.length, network.tanks.length, network.reservoirs.length]).toEqual([388, 7, 1]);
  expect([network.pipes.length, network.pumps.length, network.valves.length]).toEqual([429, 11, 4]);
  expect(network.coordinates.size).toBe(396);
  expect(network.tanks[0]).toEqual({
    id: "T1",
    elevation: 71.5,
    initialLevel: 3,
    minimumLevel: 0,
    maximumLevel: 6.5,
    diameter: 31.3,
  });
  expect(network.controls).toHaveLength(20);
  expect(network.controls[0]).toEqual({ link: "PU1", opens: true, tank: "T1", when: "below", level: 4 });
  expect(network.otherControls).toEqual([]);
});

test("a file in feet and gallons leaves in metres and litres", () => {
  const network = networkOf(textOf("net1/model/Net1.inp"));
  expect(network.flowUnit).toBe("GPM");
  expect(network.tanks[0]?.diameter).toBeCloseTo(15.3924, 6);
  expect(network.pipes[0]?.diameter).toBeCloseTo(0.4572, 6);
  expect(network.curves.get("1")?.[0]?.flow).toBeCloseTo(94.6353, 3);
  expect(network.controls[0]?.level).toBeCloseTo(33.528, 6);
});

test("sections may be shortened, in any case, with comments, tabs and CRLF", () => {
  const text =
    "[junc]\r\n A\t1 ;comment\r\n;all comment\r\n[TANKS]\nT 0 1 0 2 3\n[Pipe]\nP A T 10 100 100\n[OPTI]\nunits lps\n[END]\nnoise";
  expect(networkOf(text)).toMatchObject({ junctions: [{ id: "A" }], pipes: [{ id: "P", from: "A", to: "T" }] });
});

test("controls that are no level rule are kept as text", () => {
  const text =
    "[JUNCTIONS]\nA 1\nB 1\n[PIPES]\nP A B 1 1 1\n[CONTROLS]\nLINK P CLOSED AT TIME 5\nLINK P OPEN IF NODE A ABOVE 3\n[RULES]\nRULE 1\n";
  expect(networkOf(text)).toMatchObject({ controls: [], otherControls: expect.arrayContaining(["RULE 1"]) });
  expect(networkOf(text).otherControls).toHaveLength(3);
});

test("all faults come at once, each with its line", () => {
  const text = "[JUNCTIONS]\nA\nA 1\n[TANKS]\nT 0 1 5 2 0\n[PIPES]\nP A Q 1 1 1\n[VALVES]\nV A T 100 XYZ\n";
  expect(readInp(text)).toEqual([
    { line: 2, message: "elevation is missing" },
    { line: 5, message: "diameter must be above zero" },
    { line: 5, message: "maximum level must be above minimum level" },
    { line: 9, message: "valve type must be one of PRV, PSV, PBV, FCV, TCV, GPV, PCV" },
    { line: 3, message: '"A" is there already' },
    { line: 7, message: 'no node is called "Q"' },
  ]);
});

test("an unknown flow unit, and a file that is no network, are said to be so", () => {
  expect(readInp("[OPTIONS]\nUnits XYZ\n")).toEqual([{ line: 2, message: "EPANET does not know this flow unit" }]);
  expect(readInp("hello")).toMatchObject([{ line: 1 }]);
  expect(readInp("")).toMatchObject([{ line: 1 }]);
});

test("pump bounds lie above the curve: one point as EPANET has it, more by straight lines", () => {
  expect(pumpBounds([{ flow: 10, head: 30 }])).toEqual({ flowMax: 20, headMax: 40 });
  expect(
    pumpBounds([
      { flow: 0, head: 70 },
      { flow: 60, head: 50 },
      { flow: 100, head: 30 },
    ]),
  ).toEqual({ flowMax: 160, headMax: 70 });
  expect(pumpBounds([])).toBeUndefined();
  expect(
    pumpBounds([
      { flow: 1, head: 5 },
      { flow: 1, head: 5 },
    ]),
  ).toBeUndefined();
});

test("no node stands higher than its tanks or what its pumps lift; a ring of pumps ends", () => {
  const heads = highestHeads(networkOf(textOf("c-town/model/ctown.inp")));
  expect(heads.get("J280")).toBe(59);
  expect(heads.get("J269")).toBe(59 + 70);
  const ring =
    "[JUNC]\nA 0\nB 0\n[RESE]\nR 10\n[PIPE]\nP R A 1 1 1\n[PUMP]\nX A B HEAD 1\nY B A HEAD 1\n[CURV]\n1 10 30\n[OPTI]\nunits lps\n";
  const ringed = highestHeads(networkOf(ring));
  expect(ringed.get("B")).toBe(50);
  expect(ringed.get("A")).toBe(90);
});

test("whatever the text, a network or faults come back and nothing is thrown", () => {
  const good = textOf("net1/model/Net1.inp");
  const word = fc.constantFrom(
    "[TANKS]",
    "[PUMPS]",
    "[CURVES]",
    "[CONTROLS]",
    "LINK",
    "IF NODE",
    "HEAD",
    ";",
    "\n",
    "1e999",
    "-",
    "__proto__",
  );
  const noise = fc.oneof(
    fc.string({ maxLength: 20 }),
    word,
    fc.array(word, { maxLength: 10 }).map((words) => words.join(" ")),
  );
  const spliced = fc
    .tuple(fc.nat(good.length), fc.nat(300), noise)
    .map(([at, cut, text]) => good.slice(0, at) + text + good.slice(at + cut));
  fc.assert(
    fc.property(fc.oneof(spliced, noise), (text) => {
      const network = readInp(text);
      if (Array.isArray(network)) expect(network.length).toBeGreaterThan(0);
      else expect(highestHeads(network)).toBeInstanceOf(Map);
    }),
    { numRuns: 1_000 },
  );
});
