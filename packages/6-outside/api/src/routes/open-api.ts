/** Schemas of routes whose bodies are not JSON, so that the contract still says what goes in and out. */
import type { FastifySchema } from "fastify";
import { z } from "zod";
import { PROBLEMS } from "./answers.ts";

interface PlainRoute {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  /** Media type of the success. */
  readonly produces: string;
  readonly params?: z.ZodType;
}

/** A route that answers text. */
export function openApiOf({ produces, ...route }: PlainRoute): FastifySchema {
  return {
    ...route,
    response: { 200: { content: { [produces]: { schema: z.string() } } }, ...PROBLEMS },
  } as FastifySchema;
}
