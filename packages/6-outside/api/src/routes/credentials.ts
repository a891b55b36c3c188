/** Credentials of further administrators: made and revoked by an administrator. */
import { isRefusal } from "@twinward/kernel";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { Credential } from "../contract.ts";
import { sendRefusal } from "../problem.ts";
import type { ApiServices } from "../services.ts";
import { NOTHING, PROBLEMS } from "./answers.ts";

const Name = z.object({ name: z.string().min(1).max(100) });
const Id = z.object({ id: z.string().min(1).max(200) });
const tags = ["credentials"];

export function credentialRoutes(instance: FastifyInstance, { access, sessions }: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const issue = {
    tags,
    summary: "Make a credential for another administrator",
    body: Name,
    response: { 201: Credential, ...PROBLEMS },
  };
  app.post("/v1/credentials", { config: { action: "credential.issue" }, schema: issue }, async (request, reply) =>
    reply.code(201).send(await access.issueCredential(request.body.name, request.principal)),
  );
  const revoke = {
    tags,
    summary: "Revoke a credential; its live streams end at once",
    params: Id,
    response: { 204: NOTHING, ...PROBLEMS },
  };
  app.post(
    "/v1/credentials/:id/revoke",
    { config: { action: "credential.revoke" }, schema: revoke },
    async (request, reply) => {
      const { id } = request.params;
      const refused = await access.revokeCredential(id, request.principal);
      if (isRefusal(refused)) return sendRefusal(reply, refused);
      sessions.cut({ kind: "administrator", id, name: "" });
      return reply.code(204).send();
    },
  );
}
