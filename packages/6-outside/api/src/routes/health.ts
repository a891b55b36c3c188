/** Health for anybody, and metrics for those who may read them (Prometheus text format). */
import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { ApiServices } from "../services.ts";

export function healthRoutes(app: FastifyInstance, services: ApiServices): void {
  const tags = ["health"];
  // Anonymous: says that we live and whether set-up is still to be done, nothing about the plant.
  app.get("/v1/health", { config: { action: "health.read" }, schema: { tags } }, async () => ({
    status: "ok",
    setUp: services.access.isSetUp(),
  }));
  const registry = metricsOf(services);
  app.get("/v1/metrics", { config: { action: "metrics.read" }, schema: { tags } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}

function metricsOf(services: ApiServices): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `twinward_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge("frames_accepted", "Frames accepted since the start", () => services.ingest.health().accepted);
  gauge("frames_duplicate", "Frames that were in the log already", () => services.ingest.health().duplicates);
  gauge("readings_accepted", "Readings accepted since the start", () => services.ingest.health().readings);
  gauge("frames_in_flight", "Frames between signature check and proof", () => services.ingest.health().framesInFlight);
  gauge("log_entries", "Entries of the log", () => services.log.size());
  gauge("judgement_rows", "Rows judged since the start", () => services.judgement().rows);
  gauge("judgement_lag_entries", "Entries the judge has not read yet", () => services.judgement().lagEntries);
  gauge(
    "incidents_open",
    "Incidents that are not closed",
    () => services.incidents().filter((incident) => incident.state !== "closed").length,
  );
  gauge("signals_unchecked_share", "Share of signals that nothing checks", () => services.twin()?.uncheckedShare ?? 1);
  addRefusals(registry, services);
  return registry;
}

function addRefusals(registry: Registry, services: ApiServices): void {
  new Gauge({
    name: "twinward_frames_refused",
    help: "Frames refused since the start, by code",
    labelNames: ["code"],
    registers: [registry],
    collect() {
      for (const [code, count] of Object.entries(services.ingest.health().refused)) this.set({ code }, count);
    },
  });
}
