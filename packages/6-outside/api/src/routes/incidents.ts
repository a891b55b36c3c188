/** Incidents: one per physical cause, with everything it rests on; and what a person decided about it. */
import type { AlarmAction, Incident } from "@twinward/incident";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { notFound, sendRefusal } from "../problem.ts";
import type { ApiServices } from "../services.ts";

const LIMIT_MAX = 200;
const SHELVE_MS_MAX = 8 * 60 * 60 * 1000;

const Id = z.object({ id: z.string().min(1).max(200) });
const Page = z.object({
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(50),
  offset: z.coerce.number().int().min(0).default(0),
  state: z.enum(["open", "closed", "all"]).default("all"),
});
const Reason = z.object({ reason: z.string().min(3).max(500) });
const Shelve = Reason.extend({ forMs: z.number().int().positive().max(SHELVE_MS_MAX) });

export function incidentDocument(incident: Incident) {
  return {
    ...incident,
    opened: new Date(incident.openedMs).toISOString(),
    since: new Date(incident.sinceMs).toISOString(),
    proofLinks: incident.proofs.entries.map((entry) => `/v1/proofs/${entry}`),
  };
}

export function incidentRoutes(instance: FastifyInstance, services: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const tags = ["incidents"];
  app.get(
    "/v1/incidents",
    { config: { action: "incident.read" }, schema: { tags, querystring: Page } },
    async (request) => {
      const { limit, offset, state } = request.query;
      const wanted = services
        .incidents()
        .filter((incident) => state === "all" || (state === "closed") === (incident.state === "closed"));
      return { total: wanted.length, items: wanted.slice(offset, offset + limit).map(incidentDocument) };
    },
  );
  app.get(
    "/v1/incidents/:id",
    { config: { action: "incident.read" }, schema: { tags, params: Id } },
    async (request, reply) => {
      const incident = find(services, request.params.id);
      return incident === undefined ? sendRefusal(reply, notFound("incident of that id")) : incidentDocument(incident);
    },
  );
  const config = { action: "incident.act" } as const;
  app.post("/v1/incidents/:id/acknowledge", { config, schema: { tags, params: Id, body: Reason } }, (request, reply) =>
    act(services, request, reply, {
      incident: request.params.id,
      action: "acknowledge",
      reason: request.body.reason,
      expiresMs: null,
    }),
  );
  app.post("/v1/incidents/:id/shelve", { config, schema: { tags, params: Id, body: Shelve } }, (request, reply) => {
    const expiresMs = services.clock.nowMs() + request.body.forMs;
    return act(services, request, reply, {
      incident: request.params.id,
      action: "shelve",
      reason: request.body.reason,
      expiresMs,
    });
  });
  app.post("/v1/incidents/:id/close", { config, schema: { tags, params: Id, body: Reason } }, (request, reply) =>
    act(services, request, reply, {
      incident: request.params.id,
      action: "close",
      reason: request.body.reason,
      expiresMs: null,
    }),
  );
}

const find = (services: ApiServices, id: string) => services.incidents().find((incident) => incident.id === id);

async function act(
  services: ApiServices,
  request: FastifyRequest,
  reply: FastifyReply,
  wish: Omit<AlarmAction, "person">,
): Promise<FastifyReply> {
  if (find(services, wish.incident) === undefined) return sendRefusal(reply, notFound("incident of that id"));
  const { principal } = request;
  const person = principal.kind === "administrator" ? principal.name : principal.kind;
  await services.act({ ...wish, person });
  return reply.code(202).send({ accepted: true });
}
