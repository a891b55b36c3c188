/** Incidents: one per physical cause, with everything it rests on; and what a person decided about it. */
import type { Principal } from "@twinward/access";
import type { AlarmAction } from "@twinward/incident";
import type { Refusal } from "@twinward/kernel";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { Accepted, Incident, IncidentList } from "../contract.ts";
import { incidentDocument } from "../incident-document.ts";
import { notFound, sendRefusal } from "../problem.ts";
import type { ApiServices } from "../services.ts";
import { PROBLEMS } from "./answers.ts";

const LIMIT_MAX = 200;
/** A shift: whoever shelves an alarm meets it again. */
const SHELVE_MS_MAX = 8 * 60 * 60 * 1000;

const Id = z.object({ id: z.string().min(1).max(200) });
const Page = z.object({
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(50),
  offset: z.coerce.number().int().min(0).default(0),
  state: z.enum(["open", "closed", "all"]).default("all"),
});
const Reason = z.object({ reason: z.string().trim().min(3).max(500) });
const Shelve = Reason.extend({ forMs: z.int().positive().max(SHELVE_MS_MAX) });
const tags = ["incidents"];

export function incidentRoutes(instance: FastifyInstance, services: ApiServices): void {
  readRoutes(instance, services);
  actRoutes(instance, services);
}

function readRoutes(instance: FastifyInstance, services: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const config = { action: "incident.read" } as const;
  const list = {
    tags,
    summary: "Incidents, newest first",
    querystring: Page,
    response: { 200: IncidentList, ...PROBLEMS },
  };
  app.get("/v1/incidents", { config, schema: list }, async (request) => {
    const { limit, offset, state } = request.query;
    const wanted = services
      .incidents()
      .filter((incident) => state === "all" || (state === "closed") === (incident.state === "closed"));
    return { total: wanted.length, items: wanted.slice(offset, offset + limit).map(incidentDocument) };
  });
  const one = { tags, summary: "One incident", params: Id, response: { 200: Incident, ...PROBLEMS } };
  app.get("/v1/incidents/:id", { config, schema: one }, async (request, reply) => {
    const incident = find(services, request.params.id);
    return incident === undefined ? sendRefusal(reply, notFound("incident of that id")) : incidentDocument(incident);
  });
}

function actRoutes(instance: FastifyInstance, services: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const config = { action: "incident.act" } as const;
  const response = { 202: Accepted, ...PROBLEMS };
  for (const action of ["acknowledge", "close"] as const) {
    const summary = `${action === "close" ? "Close" : "Acknowledge"} an incident, with a reason`;
    const schema = { tags, summary, params: Id, body: Reason, response };
    app.post(`/v1/incidents/:id/${action}`, { config, schema }, async (request, reply) => {
      const wish = { incident: request.params.id, action, reason: request.body.reason, expiresMs: null };
      const refused = await act(services, request.principal, wish);
      return refused === undefined ? reply.code(202).send({ accepted: true }) : sendRefusal(reply, refused);
    });
  }
  const shelve = { tags, summary: "Hide an incident for at most a shift", params: Id, body: Shelve, response };
  app.post("/v1/incidents/:id/shelve", { config, schema: shelve }, async (request, reply) => {
    const { reason, forMs } = request.body;
    const expiresMs = services.clock.nowMs() + forMs;
    const wish = { incident: request.params.id, action: "shelve", reason, expiresMs } as const;
    const refused = await act(services, request.principal, wish);
    return refused === undefined ? reply.code(202).send({ accepted: true }) : sendRefusal(reply, refused);
  });
}

const find = (services: ApiServices, id: string) => services.incidents().find((incident) => incident.id === id);

async function act(
  services: ApiServices,
  principal: Principal,
  wish: Omit<AlarmAction, "person">,
): Promise<Refusal | undefined> {
  if (find(services, wish.incident) === undefined) return notFound("incident of that id");
  await services.act({ ...wish, person: principal.kind === "administrator" ? principal.name : principal.kind });
  return undefined;
}
