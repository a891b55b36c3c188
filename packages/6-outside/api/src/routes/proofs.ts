/** Evidence out: the newest checkpoint and the inclusion proof of any entry. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { notFound, sendRefusal } from "../problem.ts";
import type { ApiServices } from "../services.ts";

const Index = z.object({ index: z.coerce.number().int().nonnegative() });
const TEXT = "text/plain; charset=utf-8";

export function proofRoutes(instance: FastifyInstance, { log }: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const tags = ["evidence"];
  app.get("/v1/checkpoint", { config: { action: "checkpoint.read" }, schema: { tags } }, async (_request, reply) =>
    reply.type(TEXT).send(log.checkpoint()),
  );
  app.get(
    "/v1/proofs/:index",
    { config: { action: "proof.read" }, schema: { tags, params: Index } },
    async (request, reply) => {
      const { index } = request.params;
      return index < log.size()
        ? reply.type(TEXT).send(log.proof(index))
        : sendRefusal(reply, notFound(`entry ${index}`));
    },
  );
}
