/** The twin: what we believe now or believed at a past time, and each signal's history. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { notFound, sendRefusal } from "../problem.ts";
import type { ApiServices } from "../services.ts";
import { twinDocument } from "../twin-document.ts";

const POINTS_DEFAULT = 500;
const POINTS_MAX = 5_000;

const Id = z.object({ id: z.string().min(1).max(200) });
const Time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const AtTime = z.object({ at: Time.optional() });
const HistoryRange = z.object({
  from: Time.optional(),
  to: Time.optional(),
  points: z.coerce.number().int().min(1).max(POINTS_MAX).default(POINTS_DEFAULT),
});

export function twinRoutes(instance: FastifyInstance, services: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { site, timeBase, history } = services;
  const tags = ["twins"];
  const read = { action: "twin.read" } as const;
  const readSignal = { action: "signal.read" } as const;
  const current = () => twinDocument(site, timeBase, services.twin());

  app.get("/v1/twins", { config: read, schema: { tags } }, async () => {
    const { signals, ...twin } = current();
    return { items: [{ ...twin, signals: signals.length }] };
  });
  app.get(
    "/v1/twins/:id/state",
    { config: read, schema: { tags, params: Id, querystring: AtTime } },
    async (request, reply) => {
      if (request.params.id !== site.id) return sendRefusal(reply, notFound("twin of that id"));
      if (request.query.at === undefined) return current();
      const past = history.stateAt(request.query.at);
      if (past === undefined) return sendRefusal(reply, notFound("state at that time: it is before the first reading"));
      return twinDocument(site, timeBase, past);
    },
  );
  app.get("/v1/signals", { config: readSignal, schema: { tags } }, async () => ({ items: current().signals }));
  app.get("/v1/signals/:id", { config: readSignal, schema: { tags, params: Id } }, async (request, reply) => {
    const signal = current().signals.find((candidate) => candidate.id === request.params.id);
    return signal ?? sendRefusal(reply, notFound("signal of that id"));
  });
  app.get(
    "/v1/signals/:id/history",
    { config: readSignal, schema: { tags, params: Id, querystring: HistoryRange } },
    async (request, reply) => {
      if (!site.signals.some((signal) => signal.id === request.params.id))
        return sendRefusal(reply, notFound("signal of that id"));
      const { from, to, points } = request.query;
      const toMs = to ?? services.twin()?.timeMs ?? services.clock.nowMs();
      return history.query({ signal: request.params.id, fromMs: from ?? 0, toMs, points });
    },
  );
}
