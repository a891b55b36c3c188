/**
 * The guard: every route names one action, and every request is judged anew before its body is read.
 *
 * Invariant: a route without an action cannot be registered, so there is no path that is allowed by forgetting.
 * Identity comes from the TLS layer and the Authorization header alone; no other header says who is asking.
 */
import type { TLSSocket } from "node:tls";
import { type Access, type Action, ANONYMOUS, type Principal } from "@twinward/access";
import { isRefusal, refuse } from "@twinward/kernel";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { sendRefusal } from "./problem.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What this route lets a principal do; `page` marks static files that hold no data. */
    readonly action?: Action | "page";
    /** Whether this route may become a WebSocket. */
    readonly upgrades?: boolean;
  }
  interface FastifyRequest {
    principal: Principal;
  }
}

/** Static files are for whoever may know that we live, once somebody can sign in. */
const PAGE_NEEDS_SETUP: Action = "enrolment.use";
/** A path that no route has is judged like a forbidden one: strangers learn nothing about what exists. */
const UNKNOWN_PATH: Action = "contract.read";

const NO_UPGRADE = refuse("UNAUTHENTICATED", "sender", "Nothing here becomes a WebSocket without a credential.");

/** Adds the guard to every route registered after this call. */
export function guardRoutes(app: FastifyInstance, access: Access): void {
  app.decorateRequest("principal", null as never);
  app.addHook("onRoute", (route) => {
    if (route.config?.action === undefined) throw new Error(`route ${route.url} names no action`);
  });
  app.addHook("onRequest", async (request, reply) => judge(request, reply, access));
}

async function judge(request: FastifyRequest, reply: FastifyReply, access: Access): Promise<FastifyReply | undefined> {
  const { action: named, upgrades = false } = request.routeOptions.config;
  // The plugin upgrades any route before it asks who handles it.
  if (request.ws && !upgrades) return sendRefusal(reply, NO_UPGRADE);
  const principal = named === "page" ? ANONYMOUS : whoAsks(request, access);
  if (isRefusal(principal)) return sendRefusal(reply, principal);
  const action = named === "page" ? PAGE_NEEDS_SETUP : (named ?? UNKNOWN_PATH);
  const denied = access.allow(principal, action, request.ip);
  if (denied !== undefined) return sendRefusal(reply, denied);
  request.principal = principal;
  return undefined;
}

function whoAsks(request: FastifyRequest, access: Access): ReturnType<Access["authenticate"]> {
  return access.authenticate({
    authorization: request.headers.authorization,
    certificate: clientCertificate(request),
    source: request.ip,
  });
}

/** DER of the client certificate, only when the TLS layer verified its chain to our CA. */
function clientCertificate(request: FastifyRequest): Uint8Array | undefined {
  const socket = request.raw.socket as TLSSocket;
  if (socket.authorized !== true) return undefined;
  return socket.getPeerX509Certificate?.()?.raw;
}
