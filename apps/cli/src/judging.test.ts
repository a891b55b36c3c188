/** Recorded data: trained, judged offline, and through the whole signed path. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Command, NET1, twinward } from "./command-line.fixture.ts";
import { record } from "./recorded-data.fixture.ts";

let dir: string;
const at = (name: string) => join(dir, name);
const read = (name: string) => readFileSync(at(name), "utf8");
const rowsOf = (name: string) =>
  read(name)
    .trim()
    .split("\n")
    .map((line) => line.split(","));

const CLEAN_HOURS = 216;
const HOURS = 64;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "tw-judging-"));
  await record(at("clean.csv"), { site: NET1, seed: 1, hours: CLEAN_HOURS });
  await record(at("scada.csv"), { site: NET1, seed: 1, hours: HOURS, scenario: ["offset", 30] });
  const trained = await twinward("train", "--site", NET1, "--input", at("clean.csv"), "--out", at("model.json"));
  expect(trained).toMatchObject({ code: 0 });
  const judged = await twinward(...detect("alarms.csv"), "--estimates", at("estimates.csv"));
  expect(judged.code).toBe(0);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const detect = (out: string, input = "scada.csv") =>
  ["detect", "--site", NET1, "--model", at("model.json"), "--input", at(input), "--out", at(out)] as const;
const replay = (data: string, alarms: string) => {
  const files = ["--input", at("scada.csv"), "--data", at(data), "--alarms", at(alarms)];
  return ["replay", "--site", NET1, "--model", at("model.json"), ...files] as const;
};

interface ReplayFigures {
  readonly rows: number;
  readonly entries: number;
  readonly logKey: string;
  readonly checkpoint: string;
}

describe("train", () => {
  test("gives the same bytes for the same data, whole or not at all", async () => {
    const again = await twinward("train", "--site", NET1, "--input", at("clean.csv"), "--out", at("again/model.json"));
    expect(again.code).toBe(0);
    expect(read("again/model.json")).toBe(read("model.json"));
  });
});

describe("detect", () => {
  test("writes one row per input row, times as read, and an alarm during the lie", () => {
    const [header, ...rows] = rowsOf("alarms.csv");
    const [, ...input] = rowsOf("scada.csv");
    expect(header).toEqual(["time", "alarm", "score", "signals", "verdict"]);
    expect(rows.map(([time]) => time)).toEqual(input.map(([time]) => time));
    expect(rows.every(([, alarm]) => alarm === "0" || alarm === "1")).toBe(true);
    const lying = input.flatMap((cells, i) => (cells.at(-1) === "1" ? [rows[i]] : []));
    expect(lying.length).toBeGreaterThan(5);
    expect(lying.some((row) => row?.[1] === "1" && row[3]?.split(";").includes("L_2"))).toBe(true);
    expect(read("alarms.csv")).not.toContain('"');
  });

  test("names the label column once on stderr, and never reads it", async () => {
    const mirrored = rowsOf("scada.csv").map((cells, i) => (i === 0 ? cells : [...cells.slice(0, -1), "7"]));
    writeFileSync(at("mirrored.csv"), `${mirrored.map((cells) => cells.join(",")).join("\n")}\n`);
    const { code, err } = await twinward(...detect("mirrored-alarms.csv", "mirrored.csv"));
    expect(code).toBe(0);
    expect(err).toBe("twinward: column ATT_FLAG is not a signal of this site: ignored\n");
    expect(read("mirrored-alarms.csv")).toBe(read("alarms.csv"));
  });

  test("does not look ahead: fewer rows give the same beginning", async () => {
    const lines = read("scada.csv").split("\n");
    writeFileSync(at("part.csv"), `${lines.slice(0, 45).join("\n")}\n`);
    await twinward(...detect("part-alarms.csv", "part.csv"));
    expect(read("alarms.csv").startsWith(read("part-alarms.csv"))).toBe(true);
  });

  test("writes estimates beside, in the input's columns", () => {
    const [header, ...rows] = rowsOf("estimates.csv");
    expect(header).toEqual(["DATETIME", "L_2", "F_9", "S_9", "P_10"]);
    expect(rows).toHaveLength(HOURS);
  });

  test("leaves no file when it cannot read its input to the end", async () => {
    writeFileSync(at("torn.csv"), `${read("scada.csv").split("\n").slice(0, 20).join("\n")}\nnot a time,1,2,3,4,0\n`);
    const { code, err } = await twinward(...detect("torn-alarms.csv", "torn.csv"));
    expect(code).toBe(2);
    expect(err).toMatch(/torn\.csv:21: /);
    expect(existsSync(at("torn-alarms.csv"))).toBe(false);
  });

  test("trains first when told to, with the same outcome", async () => {
    const files = ["--train", at("clean.csv"), "--input", at("scada.csv"), "--out", at("trained-alarms.csv")];
    expect((await twinward("detect", "--site", NET1, ...files)).code).toBe(0);
    expect(read("trained-alarms.csv")).toBe(read("alarms.csv"));
  });
});

/** Size of a folder's database and its journal. */
const bytesOf = (data: string) =>
  ["log.db", "log.db-wal"].reduce((sum, file) => sum + (statSync(at(`${data}/${file}`), QUIETLY)?.size ?? 0), 0);
const QUIETLY = { throwIfNoEntry: false } as const;

describe("replay", () => {
  test("is byte-identical to detect, and its record verifies, also judged again", async () => {
    const done = await twinward(...replay("data", "replayed.csv"), "--json");
    expect(done.code).toBe(0);
    expect(read("replayed.csv")).toBe(read("alarms.csv"));
    const { logKey, checkpoint, rows } = JSON.parse(done.out) as ReplayFigures;
    expect(rows).toBe(HOURS);
    writeFileSync(at("anchor"), checkpoint);
    const anchor = ["--checkpoint", at("anchor"), "--require-anchor"];
    const verified = await twinward("evidence", "verify", at("data"), "--log-key", logKey, ...anchor, "--recompute");
    expect(verified.out).toMatch(/^verdict: anchored$/m);
    expect(verified.code).toBe(0);
    const bare = await twinward("evidence", "verify", at("data"), "--log-key", logKey);
    expect(bare).toMatchObject({ code: 0, out: expect.stringContaining("consistent, NOT anchored") });
    const strict = await twinward("evidence", "verify", at("data"), "--log-key", logKey, "--require-anchor");
    expect(strict.code).toBe(1);
  });

  test("started again with the same folder it adds nothing and writes the alarms whole", async () => {
    const first = await twinward(...replay("twice", "twice.csv"), "--json");
    rmSync(at("twice.csv"));
    const second = await twinward(...replay("twice", "twice.csv"), "--json");
    expect(read("twice.csv")).toBe(read("alarms.csv"));
    const entries = (said: { out: string }) => (JSON.parse(said.out) as ReplayFigures).entries;
    expect(entries(second)).toBe(entries(first));
  });

  test("with frames out of order within the lateness limit it says the same", async () => {
    const { code } = await twinward(...replay("disorder", "disorder.csv"), "--disorder", "1");
    expect(code).toBe(0);
    expect(read("disorder.csv")).toBe(read("alarms.csv"));
  });

  test("killed in its first moments and again and again it ends with the same bytes", async () => {
    let kills = 0;
    for (const grownBy of [1, 50_000, 30_000]) {
      const before = bytesOf("killed");
      const run = new Command(replay("killed", "killed.csv"));
      while (bytesOf("killed") < before + grownBy && run.child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 1));
      const { code, err } = await run.kill("SIGKILL");
      expect(err.replace(/.*ATT_FLAG.*\n/, "")).toBe("");
      if (code === 0) break;
      kills += 1;
      expect(existsSync(at("killed.csv"))).toBe(false);
    }
    expect(kills).toBeGreaterThan(1);
    expect((await new Command(replay("killed", "killed.csv")).ended).code).toBe(0);
    expect(read("killed.csv")).toBe(read("alarms.csv"));
  });

  test("refuses the folder of another log, and a model of another site", async () => {
    expect((await twinward("init", at("other"), "--template", "c-town")).code).toBe(0);
    const args = ["--model", at("model.json"), "--input", at("scada.csv"), "--data", at("data")];
    const wrongModel = await twinward("replay", "--site", at("other"), ...args);
    expect(wrongModel).toMatchObject({ code: 2, err: expect.stringContaining("cannot be used") });
    const serve = await twinward("serve", "--site", NET1, "--data", at("data"));
    expect(serve).toMatchObject({ code: 2, err: expect.stringContaining("replay log of site net1") });
  });
});

describe("evidence", () => {
  test("shows, proves and exports entries of a replayed log", async () => {
    const shown = await twinward("evidence", "show", at("data"), "--entry", "0", "--json");
    expect(JSON.parse(shown.out)).toMatchObject({ index: 0, kind: "genesis", facts: { timeBase: "replay" } });
    const proved = await twinward("evidence", "prove", at("data"), "--entry", "5", "--out", at("five.tlog-proof"));
    expect(proved.code).toBe(0);
    expect(read("five.tlog-proof")).toMatch(/^c2sp\.org\/tlog-proof@v1\n/);
    const range = ["--from", "0", "--to", "20", "--out", at("bundle")];
    expect((await twinward("evidence", "export", at("data"), ...range)).out).toContain("21 entries");
    const beyond = await twinward("evidence", "show", at("data"), "--entry", "99999999");
    expect(beyond.code).toBe(2);
    expect(beyond.err).toMatch(/^twinward: [^\n]+\n$/);
  });

  test("names damage with exit code 1, and a wrong key", async () => {
    const { out } = await twinward(...replay("data", "replayed.csv"), "--json");
    const { logKey } = JSON.parse(out) as ReplayFigures;
    cpSync(at("data"), at("damaged"), { recursive: true });
    const tile = at("damaged/tile/0/000");
    const path = existsSync(tile) ? tile : at("damaged/checkpoint");
    const bytes = readFileSync(path);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const damaged = await twinward("evidence", "verify", at("damaged"), "--log-key", logKey);
    expect(damaged.code).toBe(1);
    expect(damaged.out).toMatch(/^verdict: damaged$/m);
    const other = logKey.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    const { code } = await twinward("evidence", "verify", at("data"), "--log-key", other);
    expect([1, 2]).toContain(code);
  });
});

describe("init", () => {
  test("makes a site of any EPANET network that train and detect can use", async () => {
    const model = join(NET1, "model", "Net1.inp");
    const made = await twinward(
      "init",
      at("mine"),
      "--template",
      "epanet",
      "--model",
      model,
      "--sensors",
      at("clean.csv"),
    );
    expect(made.code).toBe(0);
    const trained = await twinward("train", "--site", at("mine"), "--input", at("clean.csv"), "--out", at("mine.json"));
    expect(trained.code).toBe(0);
    const files = ["--model", at("mine.json"), "--input", at("scada.csv"), "--out", at("mine.csv")];
    expect((await twinward("detect", "--site", at("mine"), ...files)).code).toBe(0);
    expect(rowsOf("mine.csv")).toHaveLength(HOURS + 1);
  });

  test("makes an empty site and a copy of C-Town that are whole", async () => {
    for (const template of ["empty", "c-town"]) {
      expect((await twinward("init", at(`site-${template}`), "--template", template)).code).toBe(0);
      expect((await twinward("doctor", "--site", at(`site-${template}`))).code).toBe(0);
    }
  });
});
