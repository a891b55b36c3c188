/** Health for anybody, and metrics for those who may read them. */
import type { FastifyInstance } from "fastify";
import { Health } from "../contract.ts";
import { metricsOf } from "../metrics.ts";
import { NO_CREDENTIAL } from "../open-api-document.ts";
import type { ApiServices } from "../services.ts";
import { PROBLEMS } from "./answers.ts";
import { openApiOf } from "./open-api.ts";

const tags = ["health"];

export function healthRoutes(app: FastifyInstance, services: ApiServices): void {
  // Anonymous: says that we live and whether set-up is still to be done, nothing about the plant.
  const schema = {
    tags,
    summary: "Whether this server lives",
    ...NO_CREDENTIAL,
    response: { 200: Health, ...PROBLEMS },
  };
  app.get("/v1/health", { config: { action: "health.read" }, schema }, async () => ({
    status: services.judgement().failed ? "degraded" : "ok",
    setUp: services.access.isSetUp(),
  }));
  const registry = metricsOf(services);
  const metrics = openApiOf({ tags, summary: "Metrics in the Prometheus text format", produces: "text/plain" });
  app.get("/v1/metrics", { config: { action: "metrics.read" }, schema: metrics }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}
