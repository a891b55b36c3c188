import { describe, expect, test } from "vitest";
import { surface } from "./surface.fixture.ts";

const RIGHT = { authorization: "Bearer right" };

describe("the guard", () => {
  test("lets no route be registered that names no action", async () => {
    const app = await surface();
    expect(() => app.get("/v1/forgotten", async () => "data")).toThrow(/names no action/);
    expect(() => app.route({ method: "POST", url: "/v1/too", handler: async () => "data" })).toThrow(/names no action/);
  });

  test("answers a stranger the same for what exists and for what does not", async () => {
    const app = await surface();
    const [known, unknown] = await Promise.all([app.inject("/v1/twins"), app.inject("/v1/nothing")]);
    expect(known.statusCode).toBe(401);
    expect(unknown.statusCode).toBe(401);
    expect(known.body).toBe(unknown.body);
  });

  test("tells an administrator what does not exist", async () => {
    const app = await surface();
    const answer = await app.inject({ url: "/v1/nothing", headers: RIGHT });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: "NOT_FOUND", status: 404 });
  });

  test("says which scheme a 401 waits for", async () => {
    const app = await surface();
    const answer = await app.inject("/v1/twins");
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
  });
});

describe("problems", () => {
  test("hide what broke inside", async () => {
    const twin = () => {
      throw new Error("SELECT secret FROM /var/lib/twinward at line 12");
    };
    const app = await surface({ twin, site: { id: "x", signals: [] } as never });
    const answer = await app.inject({ url: "/v1/twins", headers: RIGHT });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: "INTERNAL", party: "operator" });
    expect(answer.body).not.toMatch(/SELECT|var|line|stack/);
  });

  test("answer a path that cannot be decoded without repeating it", async () => {
    const app = await surface();
    const answer = await app.inject("/v1/%zz<script>");
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.body).not.toContain("script");
  });

  test("name the field that is wrong, in our own code", async () => {
    const app = await surface();
    const body = { name: "" };
    const answer = await app.inject({ method: "POST", url: "/v1/credentials", headers: RIGHT, payload: body });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "BAD_REQUEST", detail: expect.stringContaining("name") });
  });
});
