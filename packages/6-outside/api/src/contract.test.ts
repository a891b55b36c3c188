import type { FastifyInstance } from "fastify";
import { beforeAll, describe, expect, test } from "vitest";
import { surface } from "./surface.fixture.ts";

interface Operation {
  readonly summary?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: object };
  readonly responses: Readonly<Record<string, { readonly description?: string }>>;
}
interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object; readonly securitySchemes: object };
}

let app: FastifyInstance;
let document: Document;

beforeAll(async () => {
  app = await surface();
  await app.ready();
  document = JSON.parse(JSON.stringify(app.swagger())) as Document;
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

/** `GET /v1/twins/{id}/state`, read from the tree that the router prints. */
function routesOf(tree: string): string[] {
  const above: string[] = [];
  return tree
    .split("\n")
    .filter((line) => line.includes("── "))
    .flatMap((line) => {
      const depth = line.indexOf("── ") / 4;
      const [, part = "", methods = ""] = /── (\S+) \((.+)\)/.exec(line) ?? [];
      above.length = Math.floor(depth);
      above.push(part);
      const path = above
        .join("")
        .replace(/^\/\//, "/")
        .replace(/^\/(?=\/)/, "");
      return methods
        .split(", ")
        .filter((method) => method !== "HEAD")
        .map((method) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    });
}

describe("the OpenAPI document", () => {
  test("lists every route under /v1, and no other", () => {
    const routes = routesOf(app.printRoutes({ commonPrefix: false })).filter((route) => route.includes("/v1/"));
    const listed = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(routes.length).toBeGreaterThan(20);
    expect(listed.sort()).toEqual(routes.sort());
  });

  test("is a 3.1 document whose operations all say what they answer", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.info)).toEqual(expect.arrayContaining(["title", "version"]));
    for (const { path, method, operation } of operations()) {
      const codes = Object.keys(operation.responses);
      expect(operation.summary, `${method} ${path}`).toBeTruthy();
      expect(codes.some((code) => /^[12]/.test(code)) && codes.includes("4XX"), `${method} ${path}: ${codes}`).toBe(
        true,
      );
      for (const answer of Object.values(operation.responses)) expect(typeof answer.description).toBe("string");
      if (method === "get") expect(operation.requestBody).toBeUndefined();
    }
  });

  test("declares every parameter of a path as required", () => {
    for (const { path, operation } of operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      expect(declared.map((parameter) => parameter.name)).toEqual(named);
      expect(declared.every((parameter) => parameter.required)).toBe(true);
    }
  });

  test("refers to nothing that is not in it", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(5);
    for (const [, name] of references) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  test("says that only health, set-up and enrolment need no credential", () => {
    const open = operations().filter(({ operation }) => operation.security?.length === 0);
    expect(open.map(({ path }) => path).sort()).toEqual(["/v1/enrolments", "/v1/health", "/v1/setup"]);
    expect(Object.keys(document.components.securitySchemes)).toEqual(["administrator", "device"]);
  });
});
