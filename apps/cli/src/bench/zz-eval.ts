import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { IncidentBook } from "@twinward/incident";
import { demoPlan, generateRows } from "@twinward/lab";
import { Hearing, roundedRow, trustedMask } from "../../../../packages/4-judgement/detection/src/fusion/hearing.ts";
import { spreadOf } from "../../../../packages/4-judgement/detection/src/fusion/possible-range.ts";
import { SiteJudge } from "../../../../packages/4-judgement/detection/src/fusion/site-judge.ts";
import { WaterWitness } from "../../../../packages/4-judgement/detection/src/fusion/water-witness.ts";
import { LimitLearner } from "../../../../packages/4-judgement/detection/src/train/learn-limits.ts";
import { learnSwitching, withDoubt } from "../../../../packages/4-judgement/detection/src/train/learn-switching.ts";
import { SeenIncidents } from "../demo/demo-score.ts";
import { DEMO_START_MS, demoSite, trainForDemo } from "../demo/demo-site.ts";

const DAY = 86_400_000;
const [mode, seedsText, mText, what = "clean,plan", verbose = ""] = process.argv.slice(2);
const town = await demoSite();
const { site, lab } = town;
const NOBODY = new Set();
async function rowsOf(seed: number, mismatch: number, startMs: number, endMs: number, plan: any[]) {
  const rows: any[] = [];
  for await (const row of generateRows({ site: lab, seed, mismatch, startMs, endMs, plan }))
    rows.push({ timeMs: row.timeMs, values: row.reported.slice() });
  return rows;
}
async function chain(model: any, rows: any[]) {
  const none = site.signals.map(() => 0);
  const w = await WaterWitness.open(site, model.water, Float64Array.from(model.floor), { other: none, own: none });
  const says: any[] = [],
    snaps: any[] = [w.snapshot()];
  let before: any;
  for (const row of rows) {
    const values = roundedRow(site, row.values);
    says.push(w.commit({ timeMs: row.timeMs, values, trusted: trustedMask(values, NOBODY as any), before }));
    snaps.push(w.snapshot());
    before = values;
  }
  return { rows, says, snaps };
}
async function prep(seed: number, mm: number) {
  const f = `/tmp/adev/${seed}-${mm}`;
  const t0 = Date.now();
  if (!existsSync(`${f}.model`))
    writeFileSync(`${f}.model`, JSON.stringify(await trainForDemo(town, seed, () => {}, mm)));
  const t1 = Date.now();
  const model = JSON.parse(readFileSync(`${f}.model`, "utf8"));
  const plan = demoPlan({ site: lab, seed, startMs: DEMO_START_MS });
  const endMs = Math.max(...plan.map((s) => s.endMs)) + DAY;
  const put = async (name: string, make: () => Promise<any[]>) => {
    if (!existsSync(`${f}.${name}`)) writeFileSync(`${f}.${name}`, serialize(await chain(model, await make())));
  };
  await put("train", () => rowsOf(seed, mm, DEMO_START_MS - 28 * DAY, DEMO_START_MS, []));
  await put("clean", () => rowsOf(seed, mm, DEMO_START_MS, DEMO_START_MS + 30 * DAY, []));
  await put("plan", () => rowsOf(seed, mm, DEMO_START_MS, endMs, plan));
  console.log("prepared", seed, mm, t1 - t0, Date.now() - t1);
}
function patched(data: any) {
  for (const [n, said] of data.says.entries()) {
    const [h, b] = said.voices;
    const sigma = h.sigma.map((x: number, i: number) => spreadOf(h.expected[i], x, site.signals[i]!));
    const z = h.z.map((x: number, i: number) => (x * h.sigma[i]) / sigma[i]);
    data.says[n] = { ...said, voices: [{ ...h, sigma, z }, b] };
  }
  return data;
}
class Cached {
  at = 0;
  real = false;
  w: any;
  data: any;
  doubt: any;
  constructor(w: any, data: any, doubt: any) {
    this.w = w;
    this.data = data;
    this.doubt = doubt;
  }
  snapshot() {
    if (this.real) return this.w.snapshot();
    const b = Buffer.alloc(9);
    b[0] = 77;
    b.writeDoubleLE(this.at, 1);
    return new Uint8Array(b);
  }
  restore(b: Uint8Array) {
    if (b.length === 9) {
      this.real = false;
      this.at = Buffer.from(b).readDoubleLE(1);
    } else {
      this.real = true;
      this.w.restore(b);
    }
  }
  load() {
    if (!this.real) this.w.restore(this.data.snaps[this.at]);
  }
  ask(q: any) {
    this.load();
    return this.w.ask(q);
  }
  commit(q: any) {
    if (
      !this.real &&
      this.data.rows[this.at]?.timeMs === q.timeMs &&
      q.trusted.every((t: number, i: number) => t === 1 || Number.isNaN(q.values[i]))
    ) {
      const said = this.data.says[this.at++];
      return withDoubt(said, q.values, this.doubt);
    }
    this.load();
    this.real = true;
    return this.w.commit(q);
  }
}
async function relimit(model: any, f: string) {
  const { rows, says } = patched(deserialize(readFileSync(`${f}.train`)));
  const per = { per30Days: model.falseEpisodesPer30Days, rowsPer30Days: (30 * DAY) / model.samplePeriodMs };
  const switching = learnSwitching(
    rows.map((r: any) => ({ values: roundedRow(site, r.values) })),
    says,
    site.signals.length,
  );
  const hearing = new Hearing(site, model);
  const learner = new LimitLearner(rows.length, site.signals.length, model.samplePeriodMs);
  rows.forEach((row: any, i: number) => {
    const values = roundedRow(site, row.values);
    const heard = hearing.hear(row.timeMs, values, withDoubt(says[i], values, switching));
    if (i > 0) learner.add(i, heard);
  });
  return { ...model, switching, limits: learner.limits(per) };
}
async function run(seed: number, mm: number) {
  const f = `/tmp/adev/${seed}-${mm}`;
  const model = await relimit(JSON.parse(readFileSync(`${f}.model`, "utf8")), f);
  const plan = demoPlan({ site: lab, seed, startMs: DEMO_START_MS });
  const out: string[] = [];
  for (const kind of what.split(",")) {
    const data = patched(deserialize(readFileSync(`${f}.${kind}`)));
    const scen = kind === "plan" ? plan : [];
    const notices = scen.flatMap(({ notices }) => notices);
    const w = await WaterWitness.open(site, model.water, Float64Array.from(model.floor), model.switching);
    const judge = new SiteJudge(site, model, new Cached(w, data, model.switching) as any, notices);
    const book = new IncidentBook(site);
    const seen = new SeenIncidents();
    for (const { startMs, endMs, what } of notices)
      book.learn({
        index: 0,
        kind: "notice",
        atMs: DEMO_START_MS,
        facts: { start: startMs, end: endMs, what },
        bytes: new Uint8Array(),
        frame: undefined,
      } as any);
    const inPlan = (t: number) => plan.find((s) => t >= s.startMs && t < s.endMs + DAY);
    let was = false;
    for (const r of data.rows) {
      const row: any = { timeMs: r.timeMs, values: r.values, qualities: new Uint8Array(r.values.length), entries: [] };
      const j = judge.step(row);
      const s = kind === "plan" ? inPlan(r.timeMs) : undefined;
      const tag = `${kind} ${new Date(r.timeMs).toISOString().slice(5, 16)} ${s ? `[${s.name} ${s.targets} +${((r.timeMs - s.startMs) / 3600e3).toFixed(2)}${r.timeMs > s.endMs ? "R" : ""}]` : "[QUIET]"}`;
      if (verbose.includes("r") && (j.alarm || j.score > 0.9))
        console.log(
          `   row ${tag} ${j.alarm ? "A" : " "} ${j.score.toFixed(2)} ${j.verdict} ${j.suspects
            .slice(0, 4)
            .map((x) => x.signal + ":" + x.weight.toFixed(2))
            .join(" ")} | ${j.causes
            .slice(0, 4)
            .map((c) => c.text)
            .join(" ; ")}`,
        );
      else if (verbose.includes("v") && j.alarm && !was)
        console.log(
          `   alarm ${tag} ${j.score.toFixed(2)} ${j.causes
            .slice(0, 3)
            .map((c) => c.text)
            .join(" ; ")}`,
        );
      was = j.alarm;
      for (const e of book.step(row, j)) {
        if (verbose.includes("v") && (e.change === "opened" || e.change === "updated"))
          console.log(
            `  ${e.change} ${tag} ${e.incident.verdict} ${e.incident.suspects
              .slice(0, 4)
              .map((x) => x.signal + ":" + x.share.toFixed(2))
              .join(" ")} `,
          );
        seen.see(e);
      }
    }
    if (kind === "clean") out.push(`clean ${seen.count}`);
    else {
      const score = seen.score(plan, data.rows.at(-1).timeMs);
      out.push(
        `named ${score.named}/${score.attacks} false ${score.falseIncidents} ` +
          score.scenarios
            .map(
              (s) =>
                `${s.name}(${s.targets})${s.passed ? "" : " FAIL"} ${s.delayHours === undefined ? "-" : s.delayHours.toFixed(2)} ${s.kind === "attack" ? "" : "accused " + [...new Set(s.accused)]}`,
            )
            .join("; "),
      );
    }
  }
  console.log(`== ${seed} ${mm} ${out.reverse().join(" | ")}`);
}
for (const mm of mText.split(",").map(Number))
  for (const seed of seedsText.split(",").map(Number)) await (mode === "prep" ? prep(seed, mm) : run(seed, mm));
