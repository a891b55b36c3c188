/** The twin: what we believe now or believed at a past time, and each signal's history. */
import type { HistoryPage } from "@twinward/twin";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { Signal, SignalHistory, SignalList, Twin, TwinList } from "../contract.ts";
import { isoOf, isoTime } from "../iso-time.ts";
import { notFound, sendRefusal } from "../problem.ts";
import { refuseApi } from "../refusals.ts";
import type { ApiServices } from "../services.ts";
import { twinDocument } from "../twin-document.ts";
import { PROBLEMS } from "./answers.ts";

const POINTS_DEFAULT = 500;
const POINTS_MAX = 5_000;

const Id = z.object({ id: z.string().min(1).max(200) });
const Time = z.iso.datetime({ offset: true });
const AtTime = z.object({ at: Time.optional() });
const HistoryRange = z.object({
  from: Time.optional(),
  to: Time.optional(),
  points: z.coerce.number().int().min(1).max(POINTS_MAX).default(POINTS_DEFAULT),
});
const tags = ["twins"];

export function twinRoutes(instance: FastifyInstance, services: ApiServices): void {
  stateRoutes(instance, services);
  signalRoutes(instance, services);
}

function stateRoutes(instance: FastifyInstance, services: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { site, timeBase, history } = services;
  const config = { action: "twin.read" } as const;
  const list = { tags, summary: "The twins of this server", response: { 200: TwinList, ...PROBLEMS } };
  app.get("/v1/twins", { config, schema: list }, async () => {
    const { signals, ...twin } = twinDocument(site, timeBase, services.twin());
    return { items: [{ ...twin, signals: signals.length }] };
  });
  const state = {
    tags,
    summary: "What we believe, now or at a past time",
    params: Id,
    querystring: AtTime,
    response: { 200: Twin, ...PROBLEMS },
  };
  app.get("/v1/twins/:id/state", { config, schema: state }, async (request, reply) => {
    const { at } = request.query;
    if (request.params.id !== site.id) return sendRefusal(reply, notFound("twin of that id"));
    if (at === undefined) return twinDocument(site, timeBase, services.twin());
    const past = history.stateAt(Date.parse(at));
    if (past === undefined) return sendRefusal(reply, notFound("state so early"));
    return twinDocument(site, timeBase, past);
  });
}

function signalRoutes(instance: FastifyInstance, services: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const { site, timeBase, history, clock } = services;
  const config = { action: "signal.read" } as const;
  const current = () => twinDocument(site, timeBase, services.twin()).signals;
  const list = { tags, summary: "All signals with their trust", response: { 200: SignalList, ...PROBLEMS } };
  app.get("/v1/signals", { config, schema: list }, async () => ({ items: current() }));
  const one = { tags, summary: "One signal", params: Id, response: { 200: Signal, ...PROBLEMS } };
  app.get("/v1/signals/:id", { config, schema: one }, async (request, reply) => {
    const signal = current().find((candidate) => candidate.id === request.params.id);
    return signal ?? sendRefusal(reply, notFound("signal of that id"));
  });
  const past = {
    tags,
    summary: "A signal's history, down-sampled to `points` buckets that keep every spike",
    params: Id,
    querystring: HistoryRange,
    response: { 200: SignalHistory, ...PROBLEMS },
  };
  app.get("/v1/signals/:id/history", { config, schema: past }, async (request, reply) => {
    const { id } = request.params;
    if (!site.signals.some((signal) => signal.id === id)) return sendRefusal(reply, notFound("signal of that id"));
    const { from, to, points } = request.query;
    const fromMs = from === undefined ? 0 : Date.parse(from);
    const toMs = to === undefined ? Math.max(fromMs, services.twin()?.timeMs ?? clock.nowMs()) : Date.parse(to);
    if (fromMs > toMs) return sendRefusal(reply, refuseApi("BAD_REQUEST", "from lies after to."));
    return historyDocument(history.query({ signal: id, fromMs, toMs, points }));
  });
}

function historyDocument({ buckets, nextFromMs }: HistoryPage): z.infer<typeof SignalHistory> {
  return {
    buckets: buckets.map(({ fromMs, toMs, ...bucket }) => ({ from: isoTime(fromMs), to: isoTime(toMs), ...bucket })),
    next: isoOf(nextFromMs),
  };
}
