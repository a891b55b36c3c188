import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FieldDevice, net1, QUIET, Served, START_MS } from "./served.fixture.ts";

let served: Served;
let token: string;
/** Every route of the running server, with something in place of each parameter. */
let routes: { method: string; path: string }[];

const OPEN = ["GET /v1/health", "HEAD /v1/health"];
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "SEARCH"];

beforeAll(async () => {
  served = await Served.open();
  token = await served.setUp();
  await served.field("plc1");
  const { paths } = (await served.call("/v1/openapi.json", { token })).json as { paths: Record<string, object> };
  routes = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({ method: method.toUpperCase(), path: path.replace(/\{\w+\}/g, "0") })),
  );
});
afterAll(() => served.remove());

describe("anybody", () => {
  test("gets 401 on every path under /v1, by every method, except health", async () => {
    expect(routes.length).toBeGreaterThan(20);
    const paths = [...new Set(routes.map(({ path }) => path)), "/v1", "/v1/", "/v1/nothing"];
    const open: string[] = [];
    for (const path of paths) {
      const answers = await Promise.all(METHODS.map((method) => served.call(path, { method })));
      for (const [i, { status, headers }] of answers.entries()) {
        if (status === 401) expect(headers["content-type"]).toMatch(/^application\/problem\+json/);
        else open.push(`${METHODS[i]} ${path}`);
      }
    }
    expect(open).toEqual(OPEN);
  });

  test("gets 401 with a wrong credential, also where none is needed", async () => {
    const wrong = [
      "Bearer wrong",
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -1)}`,
      `Basic ${Buffer.from(`admin:${token}`).toString("base64")}`,
      "Bearer ",
      token,
      "Bearer undefined",
    ];
    for (const authorization of wrong) {
      const answers = await Promise.all([
        served.call("/v1/twins", { headers: { authorization } }),
        served.call("/v1/setup", { method: "POST", headers: { authorization } }),
      ]);
      for (const { status } of answers) expect(status, authorization).toBe(401);
    }
  });

  test("is nobody, whatever the headers say", async () => {
    const headers = {
      "x-forwarded-user": "admin",
      "x-forwarded-for": "127.0.0.1",
      "x-remote-user": "admin",
      "x-real-ip": "127.0.0.1",
      "x-ssl-client-verify": "SUCCESS",
      "x-ssl-client-cert": "-----BEGIN CERTIFICATE-----",
      "x-forwarded-client-cert": "By=x;Hash=y;Subject=CN=plc1",
      "x-twinward-principal": "administrator:first",
      "x-original-url": "/v1/health",
      "x-rewrite-url": "/v1/health",
      "x-http-method-override": "GET",
      cookie: `token=${token}; session=${token}`,
      forwarded: "for=127.0.0.1;by=admin",
    };
    for (const path of ["/v1/twins", "/v1/incidents", "/v1/devices", "/v1/metrics"])
      expect((await served.call(path, { headers })).status).toBe(401);
    expect((await served.call(`/v1/twins?token=${token}&access_token=${token}`)).status).toBe(401);
  });

  test("finds no spelling of a path that leads past the guard", async () => {
    const spellings = [
      "/v1/twins/",
      "//v1/twins",
      "/v1//twins",
      "/V1/twins",
      "/v1/TWINS",
      "/v1/%74wins",
      "/%76%31/twins",
      "/v1/./twins",
      "/v1/%2e/twins",
      "/v1/health/../twins",
      "/v1/health/%2e%2e/twins",
      "/v1/health%2f..%2ftwins",
      "/v1/health;/../twins",
      "/v1/twins;x=1",
      "/v1/twins%00",
      "/v1/twins%2f",
      "/v1\\twins",
      "/v1/twins?x=/v1/health",
      "/v1/twins#/v1/health",
      "/v1/health/",
      "/v1/twins.json",
      "/page.js/../v1/twins",
      "/%2e%2e/v1/twins",
      "https://127.0.0.1/v1/twins",
    ];
    for (const path of spellings) {
      const { status, text } = await served.call(path);
      expect([400, 401, 404], `${path}: ${status}`).toContain(status);
      expect(text, path).not.toContain("items");
    }
  });
});

describe("a credential", () => {
  test("opens exactly the documented spelling", async () => {
    expect((await served.call("/v1/twins", { token })).status).toBe(200);
    for (const path of ["/v1/twins/", "//v1/twins", "/V1/twins", "/v1/./twins"])
      expect((await served.call(path, { token })).status, path).toBe(404);
  });

  test("is bearer in any case, as RFC 9110 has it", async () => {
    expect((await served.call("/v1/twins", { headers: { authorization: `bearer ${token}` } })).status).toBe(200);
  });

  test("carries frames but never signs for their device", async () => {
    const stranger = new FieldDevice(net1(), "plc1");
    const body = stranger.frame(START_MS, QUIET);
    const answer = await served.call("/v1/frames", { method: "POST", token, body });
    expect(answer).toMatchObject({ status: 422, json: { code: "KEY_UNKNOWN" } });
  });
});
