/** The devices of the site: who they are, how they are, and taking one out. */
import { nameOf, type RegisteredDevice } from "@twinward/access";
import type { DeviceHealth } from "@twinward/ingest";
import { isRefusal, toHex } from "@twinward/kernel";
import type { Device as PlantDevice } from "@twinward/plant";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { type Device, DeviceList } from "../contract.ts";
import { isoOf, isoTime } from "../iso-time.ts";
import { sendRefusal } from "../problem.ts";
import type { ApiServices } from "../services.ts";
import { NOTHING, PROBLEMS } from "./answers.ts";

const Reason = z.object({ reason: z.string().min(3).max(200) });
const Id = z.object({ id: z.string().min(1).max(200) });
const tags = ["devices"];

export function deviceRoutes(instance: FastifyInstance, services: ApiServices): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const list = { tags, summary: "Devices and how they are", response: { 200: DeviceList, ...PROBLEMS } };
  app.get("/v1/devices", { config: { action: "device.read" }, schema: list }, async () => {
    const health = new Map(services.ingest.health().devices.map((device) => [device.device, device]));
    const registered = new Map(services.access.registry.list().map((device) => [device.device, device]));
    const items = services.site.devices.map((device) =>
      deviceDocument(device, registered.get(device.id), health.get(device.id)),
    );
    return { items };
  });
  const revoke = {
    tags,
    summary: "Take a device out, at once",
    params: Id,
    body: Reason,
    response: { 204: NOTHING, ...PROBLEMS },
  };
  app.post(
    "/v1/devices/:id/revoke",
    { config: { action: "device.revoke" }, schema: revoke },
    async (request, reply) => {
      const { id } = request.params;
      const refused = await services.access.registry.revoke(id, request.body.reason, nameOf(request.principal));
      return isRefusal(refused) ? sendRefusal(reply, refused) : reply.code(204).send();
    },
  );
}

function deviceDocument(
  device: PlantDevice,
  identity: RegisteredDevice | undefined,
  health: DeviceHealth | undefined,
): Device {
  return {
    id: device.id,
    title: device.title,
    zone: device.zone,
    signals: [...device.signals],
    status: identity?.status ?? "not enrolled",
    kid: identity === undefined ? null : toHex(identity.key.kid),
    signedAt: identity?.signedAt ?? device.signedAt,
    since: identity === undefined ? null : isoTime(identity.sinceMs),
    lastSeen: isoOf(health?.lastMs),
    clockOffsetMs: health?.clockOffsetMs ?? null,
    openLinks: health?.openLinks ?? 0,
  };
}
