/** First contact: the one-use set-up link, enrolment tokens and enrolment. Each carries its own secret. */
import type { TokenOrder } from "@twinward/access";
import { isRefusal } from "@twinward/kernel";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { sendRefusal } from "../problem.ts";
import type { ApiServices } from "../services.ts";

const Setup = z.object({ secret: z.string().min(1).max(200), name: z.string().min(1).max(100) });
const Order = z.object({
  device: z.string().min(1).max(200),
  server: z.url().max(500),
  lifeMs: z.number().int().positive().optional(),
});

export function enrolmentRoutes(instance: FastifyInstance, { access }: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const tags = ["enrolment"];
  app.post("/v1/setup", { config: { action: "setup.use" }, schema: { tags, body: Setup } }, async (request, reply) => {
    const credential = await access.useSetup(request.body.secret, request.body.name, request.ip);
    return isRefusal(credential) ? sendRefusal(reply, credential, 403) : reply.code(201).send(credential);
  });
  app.post(
    "/v1/enrolment-tokens",
    { config: { action: "token.issue" }, schema: { tags, body: Order } },
    async (request, reply) => {
      const { lifeMs, ...order } = request.body;
      const full: TokenOrder = lifeMs === undefined ? order : { ...order, lifeMs };
      const token = await access.issueToken(full, request.principal);
      return isRefusal(token) ? sendRefusal(reply, token) : reply.code(201).send(token);
    },
  );
  // The body is judged by `access`, field by field: its refusals have codes of their own.
  app.post("/v1/enrolments", { config: { action: "enrolment.use" }, schema: { tags } }, async (request, reply) => {
    const answer = await access.enrol(request.body, request.ip);
    return isRefusal(answer) ? sendRefusal(reply, answer, 403) : reply.code(201).send(answer);
  });
}
