import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FieldDevice, HOUR_MS, QUIET, Served, START_MS } from "./served.fixture.ts";

let served: Served;
let token: string;
let fields: FieldDevice[];

const get = async (path: string) => {
  const answer = await served.call(path, { token });
  expect(answer.status, path).toBe(200);
  return answer;
};
const post = (path: string, body: unknown) => served.call(path, { method: "POST", token, body });
const iso = (hour: number) => new Date(START_MS + hour * HOUR_MS).toISOString();

const QUIET_HOURS = 4;
const LYING_HOURS = 2;

beforeAll(async () => {
  served = await Served.open();
  token = await served.setUp();
  fields = [await served.field("plc1"), await served.field("plc2")];
  for (let hour = 0; hour < QUIET_HOURS; hour++) await served.row(fields, token, QUIET);
  for (let hour = 0; hour < LYING_HOURS; hour++) await served.row(fields, token, { ...QUIET, L_2: 99 });
});
afterAll(() => served.remove());

interface SignalJson {
  readonly id: string;
  readonly measured: number | null;
  readonly standing: string;
  readonly trust: number | null;
  readonly causes: readonly string[];
}
const signalsOf = (json: Record<string, unknown>) =>
  Object.fromEntries((json.signals as SignalJson[]).map((signal) => [signal.id, signal]));

describe("the twin", () => {
  test("is listed, and its state holds every signal with its trust", async () => {
    const [twin] = (await get("/v1/twins")).json.items as { id: string; signals: number }[];
    expect(twin).toMatchObject({ id: "net1", signals: 4, time: iso(QUIET_HOURS + LYING_HOURS), alarm: true });
    const signals = signalsOf((await get("/v1/twins/net1/state")).json);
    expect(signals.L_2).toMatchObject({ measured: 99, standing: "doubted", trust: 0 });
    expect(signals.L_2?.causes[0]).toContain("range");
    expect(signals.F_9).toMatchObject({ measured: QUIET.F_9, trust: null, standing: "unchecked" });
  });

  test("is shown as it was believed at a past time, also with an offset", async () => {
    const past = (await get(`/v1/twins/net1/state?at=${iso(2)}`)).json;
    expect(past).toMatchObject({ time: iso(2), alarm: false });
    expect(signalsOf(past).L_2).toMatchObject({ measured: QUIET.L_2 });
    const offset = encodeURIComponent("2026-01-05T04:30:00+02:00");
    expect((await get(`/v1/twins/net1/state?at=${offset}`)).json.time).toBe(iso(2));
  });

  test("knows no state before the first reading, no other twin and no other time format", async () => {
    const path = "/v1/twins/net1/state?at=";
    expect(await served.call(`${path}2001-01-01T00:00:00Z`, { token })).toMatchObject({ status: 404 });
    expect(await served.call(`${path}yesterday`, { token })).toMatchObject({
      status: 400,
      json: { code: "BAD_REQUEST" },
    });
    expect(await served.call("/v1/twins/other/state", { token })).toMatchObject({ status: 404 });
  });
});

describe("a signal", () => {
  test("is shown alone and in the list", async () => {
    const items = (await get("/v1/signals")).json.items as SignalJson[];
    expect(items.map(({ id }) => id)).toEqual(["L_2", "F_9", "S_9", "P_10"]);
    expect((await get("/v1/signals/L_2")).json).toEqual(items[0]);
    expect(await served.call("/v1/signals/L_9", { token })).toMatchObject({ status: 404 });
  });

  test("has a history, whole and down-sampled, that keeps the spike", async () => {
    const all = (await get("/v1/signals/L_2/history")).json.buckets as { from: string; last: number; alarms: number }[];
    expect(all.map(({ last }) => last)).toEqual([36.6, 36.6, 36.6, 36.6, 99, 99]);
    expect(all[0]?.from).toBe(iso(1));
    const [bucket] = (await get("/v1/signals/L_2/history?points=1")).json.buckets as object[];
    expect(bucket).toMatchObject({ rows: 6, min: 36.6, max: 99, alarms: LYING_HOURS });
    const part = (await get(`/v1/signals/L_2/history?from=${iso(2)}&to=${iso(3)}`)).json;
    expect(part.buckets).toHaveLength(2);
    expect(part.next).toBeNull();
  });

  test("refuses a stretch that is none", async () => {
    const bad = [`from=${iso(3)}&to=${iso(2)}`, "points=0", "points=1e9", "points=x", "from=now"];
    for (const query of bad) {
      const answer = await served.call(`/v1/signals/L_2/history?${query}`, { token });
      expect(answer, query).toMatchObject({ status: 400, json: { code: "BAD_REQUEST" } });
    }
  });
});

describe("an incident", () => {
  const first = async () => ((await get("/v1/incidents")).json.items as { id: string }[])[0]?.id ?? "";

  test("names the sensor and the frames it rests on, each with a proof", async () => {
    const id = await first();
    const incident = (await get(`/v1/incidents/${id}`)).json;
    expect(incident).toMatchObject({ state: "unacknowledged", since: iso(QUIET_HOURS + 1) });
    expect((incident.suspects as { signal: string }[])[0]?.signal).toBe("L_2");
    const { links } = incident.proofs as { links: string[] };
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect((await get(link)).text).toMatch(/^c2sp\.org\/tlog-proof@v1\n/);
  });

  test("is paged and filtered", async () => {
    expect((await get("/v1/incidents?limit=1&offset=0&state=open")).json).toMatchObject({ total: 1 });
    expect((await get("/v1/incidents?state=closed")).json).toEqual({ total: 0, items: [] });
    expect((await get("/v1/incidents?offset=5")).json.items).toEqual([]);
    for (const query of ["limit=0", "limit=1000", "offset=-1", "state=mine"])
      expect((await served.call(`/v1/incidents?${query}`, { token })).status, query).toBe(400);
  });

  test("is acknowledged, shelved and closed, each with a reason and by name", async () => {
    const id = await first();
    const path = `/v1/incidents/${id}`;
    const settled = async () => {
      await served.runtime.judgement.idle();
      return (await get(path)).json;
    };
    expect((await post(`${path}/acknowledge`, { reason: "x" })).status).toBe(400);
    expect((await post(`${path}/acknowledge`, {})).status).toBe(400);
    expect(await post(`${path}/acknowledge`, { reason: "on my way" })).toMatchObject({ status: 202 });
    expect(await settled()).toMatchObject({
      state: "acknowledged",
      acknowledged: { person: "first", reason: "on my way" },
    });
    expect((await post(`${path}/shelve`, { reason: "crew on site", forMs: 9 * HOUR_MS })).status).toBe(400);
    expect((await post(`${path}/shelve`, { reason: "crew on site", forMs: HOUR_MS })).status).toBe(202);
    expect(await settled()).toMatchObject({ state: "shelved", shelved: { reason: "crew on site" } });
    expect((await post(`${path}/close`, { reason: "sensor replaced" })).status).toBe(202);
    expect(await settled()).toMatchObject({ state: "closed", closed: { person: "first", reason: "sensor replaced" } });
    expect((await post("/v1/incidents/none/close", { reason: "whatever" })).status).toBe(404);
  });
});

describe("evidence and operation", () => {
  test("hands out the newest checkpoint and a proof of any entry, and nothing beyond", async () => {
    expect((await get("/v1/checkpoint")).text).toBe(served.runtime.log.checkpoint());
    expect((await get("/v1/proofs/0")).text).toContain(served.runtime.log.origin);
    expect((await served.call(`/v1/proofs/${served.runtime.log.size()}`, { token })).status).toBe(404);
    for (const index of ["-1", "1.5", "1e3", "0x1", "99999999999999999999", "a"])
      expect((await served.call(`/v1/proofs/${index}`, { token })).status, index).toBe(400);
  });

  test("lists devices with their health", async () => {
    const items = (await get("/v1/devices")).json.items as object[];
    expect(items).toMatchObject([
      { id: "plc1", status: "active", lastSeen: iso(QUIET_HOURS + LYING_HOURS), openLinks: 0 },
      { id: "plc2", status: "active" },
    ]);
  });

  test("a frame sent twice is a duplicate with the same place in the log", async () => {
    const frame = fields[0]?.frame(served.clock.nowMs(), QUIET);
    const [first, second] = [await post("/v1/frames", frame), await post("/v1/frames", frame)];
    expect([first.status, second.status]).toEqual([200, 200]);
    const place = (text: string) => text.split("\n").slice(0, 3);
    expect(place(second.text)).toEqual(place(first.text));
  });

  test("metrics are lines that Prometheus reads", async () => {
    const { text, headers } = await get("/v1/metrics");
    expect(headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    for (const sample of samples)
      expect(sample).toMatch(/^[a-zA-Z_:][\w:]*(\{(\w+="[^"\n]*",?)*\})? [+-]?(\d[\d.e+-]*|Inf|NaN)$/i);
    const value = (name: string) => Number(samples.find((line) => line.startsWith(`twinward_${name} `))?.split(" ")[1]);
    expect(value("judgement_rows")).toBe(QUIET_HOURS + LYING_HOURS);
    expect(value("judgement_failed")).toBe(0);
    expect(value("frames_accepted")).toBeGreaterThanOrEqual(12);
    expect(value("log_entries")).toBe(served.runtime.log.size());
  });

  test("a revoked device is refused from then on", async () => {
    expect((await post("/v1/devices/plc2/revoke", { reason: "stolen" })).status).toBe(204);
    const frame = fields[1]?.frame(served.clock.nowMs(), QUIET);
    expect(await post("/v1/frames", frame)).toMatchObject({ status: 422, json: { code: "DEVICE_REVOKED" } });
    expect((await post("/v1/devices/plc9/revoke", { reason: "stolen" })).status).toBe(404);
  });
});
