/** The surface over rooms that are not there: enough to see its routes and its guard. */
import { type Access, ANONYMOUS, type Principal } from "@twinward/access";
import { refuse } from "@twinward/kernel";
import type { FastifyInstance } from "fastify";
import { createApi } from "./api.ts";
import { LiveFeed } from "./live-feed.ts";
import type { ApiServices } from "./services.ts";
import { Sessions } from "./sessions.ts";

export const REGISTRY = { onStopped: () => {}, byDevice: () => undefined };
const ADMINISTRATOR: Principal = { kind: "administrator", id: "a1", name: "A. Person" };

/** Lets in whoever shows `Bearer right`, and nobody else. */
export function accessForTests(): Access {
  const mayAnybody = new Set(["health.read", "setup.use", "enrolment.use"]);
  const part = {
    registry: REGISTRY,
    isSetUp: () => true,
    authenticate: ({ authorization }: { authorization: string | undefined }) => {
      if (authorization === undefined) return ANONYMOUS;
      return authorization === "Bearer right" ? ADMINISTRATOR : refuse("UNAUTHENTICATED", "sender", "Wrong.");
    },
    allow: (principal: Principal, action: string) =>
      principal.kind === "administrator" || mayAnybody.has(action)
        ? undefined
        : refuse("UNAUTHENTICATED", "sender", "Nobody."),
  };
  return part as unknown as Access;
}

export function surface(services: Partial<ApiServices> = {}): Promise<FastifyInstance> {
  const parts = { access: accessForTests(), sessions: new Sessions(REGISTRY), live: new LiveFeed(), ...services };
  return createApi(parts as ApiServices, { tls: { key: "", certificate: "", clientCa: "" } });
}
