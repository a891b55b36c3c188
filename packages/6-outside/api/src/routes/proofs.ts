/** Evidence out: the newest checkpoint and the inclusion proof of any entry. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { notFound, sendRefusal } from "../problem.ts";
import type { ApiServices } from "../services.ts";
import { openApiOf } from "./open-api.ts";

const Index = z.object({
  index: z
    .string()
    .regex(/^(0|[1-9]\d{0,14})$/, "an index of an entry")
    .transform(Number),
});
const TEXT = "text/plain; charset=utf-8";
const tags = ["evidence"];

export function proofRoutes(instance: FastifyInstance, { log }: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const checkpoint = openApiOf({ tags, summary: "The newest checkpoint, a C2SP signed note", produces: "text/plain" });
  app.get("/v1/checkpoint", { config: { action: "checkpoint.read" }, schema: checkpoint }, async (_request, reply) =>
    reply.type(TEXT).send(log.checkpoint()),
  );
  const proof = openApiOf({ tags, summary: "Inclusion proof of an entry", produces: "text/plain", params: Index });
  app.get("/v1/proofs/:index", { config: { action: "proof.read" }, schema: proof }, async (request, reply) => {
    const { index } = request.params as z.infer<typeof Index>;
    if (index >= log.size()) return sendRefusal(reply, notFound(`entry ${index}`));
    return reply.type(TEXT).send(log.proof(index));
  });
}
