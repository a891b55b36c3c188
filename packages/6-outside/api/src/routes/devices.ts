/** The devices of the site: who they are, how they are, and taking one out. */
import type { RegisteredDevice } from "@twinward/access";
import type { DeviceHealth } from "@twinward/ingest";
import { isRefusal, toHex } from "@twinward/kernel";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { sendRefusal } from "../problem.ts";
import type { ApiServices } from "../services.ts";

const Reason = z.object({ reason: z.string().min(3).max(200) });

export function deviceRoutes(instance: FastifyInstance, services: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const tags = ["devices"];
  app.get("/v1/devices", { config: { action: "device.read" }, schema: { tags } }, async () => {
    const health = new Map(services.ingest.health().devices.map((device) => [device.device, device]));
    const registered = new Map(services.access.registry.list().map((device) => [device.device, device]));
    return services.site.devices.map((device) => ({
      id: device.id,
      title: device.title,
      zone: device.zone,
      signals: device.signals,
      ...identityOf(registered.get(device.id)),
      ...healthOf(health.get(device.id)),
    }));
  });
  app.post(
    "/v1/devices/:id/revoke",
    {
      config: { action: "device.revoke" },
      schema: { tags, body: Reason, params: z.object({ id: z.string().max(200) }) },
    },
    async (request, reply) => {
      const by = request.principal.kind === "administrator" ? request.principal.id : request.principal.kind;
      const refused = await services.access.registry.revoke(request.params.id, request.body.reason, by);
      return isRefusal(refused) ? sendRefusal(reply, refused, 404) : reply.code(204).send();
    },
  );
}

function identityOf(device: RegisteredDevice | undefined) {
  if (device === undefined) return { status: "not enrolled" };
  return {
    status: device.status,
    kid: toHex(device.key.kid),
    signedAt: device.signedAt,
    since: new Date(device.sinceMs).toISOString(),
  };
}

function healthOf(health: DeviceHealth | undefined) {
  return {
    lastSeen: health?.lastMs === undefined ? null : new Date(health.lastMs).toISOString(),
    clockOffsetMs: health?.clockOffsetMs ?? null,
    openLinks: health?.openLinks ?? 0,
  };
}
