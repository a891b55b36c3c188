import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { FieldDevice, net1, QUIET, Served, START_MS } from "./served.fixture.ts";
import { startServer } from "./server.ts";

let served: Served;
afterEach(() => served.remove());

const setup = (secret: string) => served.call("/v1/setup", { method: "POST", body: { secret, name: "somebody" } });

describe("before an administrator exists", () => {
  test("only health and the set-up link answer", async () => {
    served = await Served.open();
    expect((await served.call("/v1/health")).json).toEqual({ status: "ok", setUp: false });
    const frame = new FieldDevice(net1(), "plc1").frame(START_MS, QUIET);
    const others = await Promise.all([
      served.call("/"),
      served.call("/page.js"),
      served.call("/v1/twins"),
      served.call("/v1/openapi.json"),
      served.call("/v1/enrolments", { method: "POST", body: {} }),
      served.call("/v1/frames", { method: "POST", body: frame }),
    ]);
    for (const answer of others) expect(answer).toMatchObject({ status: 403, json: { code: "SETUP_REQUIRED" } });
  });

  test("nothing listens beyond loopback", async () => {
    served = await Served.open();
    const listen = { host: "0.0.0.0", port: 0 };
    await expect(startServer(served.runtime, { listen })).rejects.toThrow(/no administrator exists yet/);
  });

  test("the link lies in a file that only its owner reads", async () => {
    served = await Served.open();
    expect(statSync(served.server.setupLink ?? "").mode & 0o777).toBe(0o600);
    expect(readFileSync(served.server.setupLink ?? "", "utf8")).toMatch(
      /^https:\/\/127\.0\.0\.1:\d+\/v1\/setup#\S+\n$/,
    );
  });
});

describe("the set-up link", () => {
  test("works once, and its file is gone afterwards", async () => {
    served = await Served.open();
    const secret = served.setupSecret;
    const first = await setup(secret);
    expect(first.status).toBe(201);
    expect(await setup(secret)).toMatchObject({ status: 401, json: { code: "SETUP_LINK_INVALID" } });
    expect(statSync(served.server.setupLink ?? "", { throwIfNoEntry: false })).toBeUndefined();
    expect((await served.call("/v1/health")).json).toEqual({ status: "ok", setUp: true });
    expect((await served.call("/v1/twins", { token: first.json.token as string })).status).toBe(200);
  });

  test("used twice at once makes one credential", async () => {
    served = await Served.open();
    const secret = served.setupSecret;
    const answers = await Promise.all([setup(secret), setup(secret), setup(secret)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401]);
  });

  test("is worthless after fifteen minutes", async () => {
    served = await Served.open();
    served.clock.set(START_MS + 15 * 60_000);
    expect(await setup(served.setupSecret)).toMatchObject({ status: 401, json: { code: "SETUP_LINK_INVALID" } });
  });

  test("is refused with a wrong secret or none, however the body looks", async () => {
    served = await Served.open();
    const bodies = [undefined, {}, [], "not json", { secret: "" }, { secret: "guess", name: "x" }, { secret: 7 }];
    for (const body of bodies) {
      const answer = await served.call("/v1/setup", { method: "POST", body });
      expect([400, 401]).toContain(answer.status);
      expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    }
    expect((await served.call("/v1/health")).json).toMatchObject({ setUp: false });
  });
});

describe("after a restart", () => {
  test("the credential still works, no new link is made, and any address may listen", async () => {
    const parent = mkdtempSync(join(tmpdir(), "tw-again-"));
    served = await Served.open({}, parent);
    const token = await served.setUp();
    await served.stop();
    served = await Served.open({}, parent);
    expect(served.server.setupLink).toBeUndefined();
    expect((await served.call("/v1/twins", { token })).status).toBe(200);
    const wide = await startServer(served.runtime, { listen: { host: "0.0.0.0", port: 0 } });
    await wide.stop();
  });

  test("what was believed is shown before anything new arrives", async () => {
    const parent = mkdtempSync(join(tmpdir(), "tw-again-"));
    served = await Served.open({}, parent);
    const token = await served.setUp();
    const fields = [await served.field("plc1"), await served.field("plc2")];
    for (let hour = 0; hour < 3; hour++) await served.row(fields, token, QUIET);
    const before = (await served.call("/v1/twins/net1/state", { token })).json;
    expect(before.time).not.toBeNull();
    await served.stop();
    served = await Served.open({}, parent);
    await served.runtime.judgement.idle();
    expect((await served.call("/v1/twins/net1/state", { token })).json).toEqual(before);
  });

  test("a folder of another site or time base is not gone on with", async () => {
    const parent = mkdtempSync(join(tmpdir(), "tw-again-"));
    served = await Served.open({}, parent);
    await served.stop();
    await expect(Served.open({ timeBase: "live" }, parent)).rejects.toThrow(/simulated log/);
    await expect(Served.open({ site: { ...net1(), id: "other" } }, parent)).rejects.toThrow();
    served = await Served.open({}, parent);
  });
});

describe("credentials", () => {
  test("of further administrators are made and revoked, also while they watch", async () => {
    served = await Served.open();
    const token = await served.setUp();
    const second = await served.call("/v1/credentials", { method: "POST", token, body: { name: "second" } });
    const { id, token: theirs } = second.json as { id: string; token: string };
    const stream = served.call("/v1/stream", { token: theirs }).catch((error: Error) => error.message);
    await expect.poll(() => served.runtime.live.listeners).toBe(1);
    const startedMs = performance.now();
    expect((await served.call(`/v1/credentials/${id}/revoke`, { method: "POST", token })).status).toBe(204);
    expect(await stream).toMatch(/aborted|hang up|ECONNRESET/);
    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect((await served.call("/v1/twins", { token: theirs })).status).toBe(401);
    expect((await served.call(`/v1/credentials/${id}/revoke`, { method: "POST", token })).status).toBe(404);
  });
});
