/** The OpenAPI 3.1 document, made from the routes and their schemas. */
import type { SwaggerOptions } from "@fastify/swagger";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { z } from "zod";

export const OpenApiDocument = z.looseObject({ openapi: z.string() });

/** For routes that anybody may call. */
export const NO_CREDENTIAL = { security: [] };

export const OPEN_API: SwaggerOptions = {
  openapi: {
    openapi: "3.1.0",
    info: { title: "Twinward", version: "1", description: "A trust layer for digital twins." },
    components: {
      securitySchemes: {
        administrator: { type: "http", scheme: "bearer" },
        // Version 3.1 knows it; the types of the generator are those of 3.0.
        device: { type: "mutualTLS" } as never,
      },
    },
    security: [{ administrator: [] }, { device: [] }],
  },
  transform: jsonSchemaTransform,
  transformObject: (document) => withByHand(jsonSchemaTransformObject(document)),
};

const bytes = (type: string) => ({ required: true, content: { [type]: { schema: { type: "string" } } } });
const fields = (...required: string[]) => ({
  required: true,
  content: {
    "application/json": {
      schema: {
        type: "object",
        required,
        properties: Object.fromEntries(required.map((name) => [name, { type: "string" }])),
      },
    },
  },
});

/** Bodies that the router does not judge, by path. */
const BODIES: Readonly<Record<string, object>> = {
  "/v1/frames": bytes("application/cose"),
  "/v1/setup": fields("secret", "name"),
  "/v1/enrolments": fields("device", "secret", "framePublicKey", "frameAlg", "proof", "tlsPublicKey", "tlsProof"),
};

const PROBLEM = {
  description: "A problem",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

/** The generator leaves WebSockets out. */
const FRAME_STREAM = {
  get: {
    tags: ["frames"],
    summary: "Hand in many signed frames over a WebSocket",
    description:
      "A binary message is one frame. Answers come in order, one text message each: the proof, or a refusal as JSON.",
    responses: { "101": { description: "The WebSocket is open" }, "4XX": PROBLEM, "5XX": PROBLEM },
  },
};

interface Described {
  readonly components?: { readonly schemas?: object };
  readonly paths?: Readonly<Record<string, { readonly post?: object }>>;
}

/** Adds what the generator cannot know, and drops the second copy it writes of every named schema (as an input). */
function withByHand<Document extends object>(document: Document): Document {
  const { components, paths } = document as Described;
  const schemas = Object.entries(components?.schemas ?? {}).filter(([name]) => !name.endsWith("Input"));
  const described = Object.entries(paths ?? {}).map(([path, item]) => {
    const requestBody = BODIES[path];
    return [path, requestBody === undefined ? item : { ...item, post: { ...item.post, requestBody } }];
  });
  return {
    ...document,
    components: { ...components, schemas: Object.fromEntries(schemas) },
    paths: { ...Object.fromEntries(described), "/v1/frames/stream": FRAME_STREAM },
  };
}
