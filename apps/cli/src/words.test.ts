import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NET1, twinward } from "./command-line.fixture.ts";

let dir: string;
const at = (name: string) => join(dir, name);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "tw-words-"));
  writeFileSync(at("junk"), "no JSON, no model, no key\n");
  writeFileSync(at("one.csv"), "DATETIME,L_2,F_9,S_9,P_10\n2026-01-05T00:00:00Z,36,117,1,89\n");
  writeFileSync(at("wrong.csv"), "WHEN,L_2\n1,2\n");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Names of the commands below `path`, from its help. */
async function commandsOf(...path: string[]): Promise<string[]> {
  const { out } = await twinward(...path, "--help");
  const [, listed = ""] = out.split("Commands:\n");
  return [...listed.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name ?? "").filter((name) => name !== "help");
}

describe("help", () => {
  test("of every command ends with an example of that command", async () => {
    const leaves: string[][] = [];
    for (const name of await commandsOf()) {
      const below = await commandsOf(name);
      leaves.push(...(below.length === 0 ? [[name]] : below.map((child) => [name, child])));
    }
    expect(leaves.length).toBeGreaterThan(15);
    for (const path of leaves) {
      const { code, out } = await twinward(...path, "--help");
      expect(code).toBe(0);
      expect(out).toContain(`Example:\n  twinward ${path.join(" ")}`);
    }
  });

  test("is given for no words at all, as a usage error", async () => {
    expect((await twinward()).code).toBe(2);
    expect((await twinward("evidence")).code).toBe(2);
    expect((await twinward("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

/** Wrong words, and what the one line has to name. `DIR` stands for the folder of the test, `SITE` for Net1. */
const WRONG: readonly (readonly [words: string, says: RegExp])[] = [
  ["serv", /unknown command 'serv'.*Did you mean serve/],
  ["detect --sit x", /'--site <dir>' not specified.*twinward detect --help/],
  ["detect --site SITE --model DIR/junk --input DIR/one.csv --out DIR/o --bogus", /unknown option '--bogus'/],
  ["detect --site DIR/none --model m --input i --out o", /none is no site folder.*twinward init/],
  ["detect --site SITE --input DIR/one.csv --out DIR/o", /either --model or --train/],
  ["detect --site SITE --model DIR/none --input DIR/one.csv --out DIR/o", /none does not exist/],
  ["detect --site SITE --model DIR/junk --input DIR/one.csv --out DIR/o", /junk cannot be used.*twinward train/],
  ["train --site SITE --input DIR/none.csv --out DIR/m", /none\.csv cannot be read/],
  ["train --site SITE --input DIR/wrong.csv --out DIR/m", /no time column "DATETIME"/],
  ["train --site SITE --input DIR/one.csv --out DIR/m", /at least \d+ rows/],
  ["train --site SITE --input DIR/one.csv --out DIR/junk/m", /junk/],
  ["replay --site SITE --model DIR/junk --input DIR/one.csv --data DIR/d", /junk cannot be used/],
  ["replay --site SITE --model m --input i --data d --disorder x", /--disorder x is not a seed/],
  ["serve --site SITE", /'--data <dir>' not specified/],
  ["serve --site SITE --data DIR/d --listen 8443", /--listen 8443 is not HOST:PORT/],
  ["serve --site SITE --data DIR/d --listen 0.0.0.0:8443", /no administrator.*127\.0\.0\.1/],
  ["serve --site SITE --data DIR/d --model DIR/none", /none does not exist/],
  ["setup --link DIR/none --out DIR/a", /none does not exist/],
  ["setup --link DIR/junk --out DIR/a", /junk is not a set-up link/],
  ["setup --link DIR/junk --out DIR/junk", /exists already/],
  [
    "device enrol --server https://127.0.0.1:1 --token DIR/junk --out DIR/e",
    /junk cannot be read as an enrolment token/,
  ],
  ["device enrol --server https://127.0.0.1:1 --token DIR/junk --out DIR", /exists already/],
  ["device send --identity DIR/none --input DIR/one.csv", /none\/identity\.json: it cannot be read/],
  ["device list --server https://127.0.0.1:1 --credential DIR/junk", /not a credential file.*twinward setup/],
  ["init DIR/i --template nope", /no template nope: take one of c-town, epanet, empty/],
  ["init DIR/i --template epanet", /--model FILE\.inp/],
  ["init DIR/i --template epanet --model DIR/junk --sensors DIR/one.csv", /EPANET input file/],
  ["init DIR --template empty", /not empty/],
  ["init a b --template empty", /too many arguments/],
  ["evidence verify DIR/none --log-key x", /there is no .*none/],
  ["evidence verify DIR --log-key x", /not a data folder/],
  ["evidence show DIR --entry 1", /not a data folder/],
  ["evidence show DIR --entry x", /x is not the index of an entry/],
  ["evidence prove DIR --out DIR/p", /either --entry or --frame/],
  ["evidence recover DIR --checkpoint DIR/none --log-key x", /none does not exist/],
  ["doctor --listen nope", /--listen nope is not HOST:PORT/],
  ["demo --speed x", /--speed x/],
  ["demo --for x", /90s or 10m/],
  ["demo --scenario nope", /no scenario nope: take one of/],
  ["bench nope", /no bench nope: take one of/],
  ["trial --profile nope", /none of smoke/],
];

describe("wrong words", () => {
  test.each(WRONG)("%s: exit code 2 and one line that says what to do", async (words, says) => {
    const argv = words.split(" ").map((word) => word.replace("DIR", dir).replace("SITE", NET1));
    const { code, out, err } = await twinward(...argv);
    expect(err).toMatch(says);
    expect(err).toMatch(/^twinward: [^\n]+\n$/);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  test("a site with faults is answered with all of them at once", async () => {
    writeFileSync(at("site.yaml"), "format: twinward-site/1\nid: 7\nzones: none\n");
    const { code, err } = await twinward("doctor", "--site", dir);
    expect(code).toBe(1);
    expect(err).toBe("");
    const detect = await twinward("detect", "--site", dir, "--model", "m", "--input", "i", "--out", "o");
    expect(detect.code).toBe(2);
    expect(detect.err.split("\n").filter((line) => /^ {2}site\.yaml:\d+/.test(line)).length).toBeGreaterThan(1);
    rmSync(at("site.yaml"));
  });
});

describe("the doctor", () => {
  test("finds nothing wrong with this machine and a whole site, and says it as JSON too", async () => {
    const { code, out } = await twinward("doctor", "--site", NET1, "--json");
    const { findings } = JSON.parse(out) as { findings: { what: string; state: string }[] };
    expect(findings.map(({ what }) => what)).toEqual(["node", "sqlite", "clock", "site"]);
    expect(findings.every(({ state }) => state === "ok")).toBe(true);
    expect(code).toBe(0);
  });

  test("says no, with a remedy, when something is wrong", async () => {
    const { code, out } = await twinward("doctor", "--data", dir, "--site", join(dir, "none"));
    expect(code).toBe(1);
    expect(out).toMatch(/WRONG +data: .*is not a data folder\. Start `twinward serve`/);
    expect(out).toMatch(/WRONG +site: /);
  });
});
