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
  transformObject: (document) => withoutInputs(jsonSchemaTransformObject(document)),
};

/** The generator writes every named schema twice, as output and as input; no body of a request has a named one. */
function withoutInputs<Document extends object>(document: Document): Document {
  const { components } = document as { readonly components?: { readonly schemas?: object } };
  const schemas = Object.entries(components?.schemas ?? {}).filter(([name]) => !name.endsWith("Input"));
  return { ...document, components: { ...components, schemas: Object.fromEntries(schemas) } };
}
