/**
 * The HTTP and streaming surface: one Fastify instance over TLS 1.3, every route behind the guard.
 */

import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import websocket from "@fastify/websocket";
import { nameOf } from "@twinward/access";
import { FRAME_BYTES_MAX } from "@twinward/frame";
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { answerBadHttp } from "./bad-http.ts";
import { guardRoutes } from "./guard.ts";
import { OPEN_API, OpenApiDocument } from "./open-api-document.ts";
import { answerError, notFound, sendRefusal } from "./problem.ts";
import { PROBLEMS } from "./routes/answers.ts";
import { credentialRoutes } from "./routes/credentials.ts";
import { deviceRoutes } from "./routes/devices.ts";
import { enrolmentRoutes } from "./routes/enrolment.ts";
import { frameRoutes } from "./routes/frames.ts";
import { healthRoutes } from "./routes/health.ts";
import { incidentRoutes } from "./routes/incidents.ts";
import { pageRoutes } from "./routes/pages.ts";
import { proofRoutes } from "./routes/proofs.ts";
import { streamRoutes } from "./routes/stream.ts";
import { twinRoutes } from "./routes/twins.ts";
import type { ApiServices } from "./services.ts";

const BODY_BYTES_MAX = 64 * 1024;
const REQUEST_MS_MAX = 30_000;
const CONNECTION_IDLE_MS_MAX = 120_000;
const HEADERS_MS_MAX = 15_000;
const HANDSHAKE_MS_MAX = 10_000;
/** A connection whose other end vanished without a word is noticed by TCP after this. */
const SILENT_PEER_MS = 60_000;
const CONNECTIONS_MAX = 4_096;
const PARAMETER_CHARACTERS_MAX = 200;
/** Per device, administrator or address; frames over one WebSocket count once. */
const REQUESTS_PER_MINUTE_MAX = 6_000;

export interface ApiTls {
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
  /** The CA whose client certificates are believed. */
  readonly clientCa: string;
}

export interface ApiOptions {
  readonly tls: ApiTls;
  readonly logger?: FastifyBaseLogger;
}

/** Builds the surface; the caller listens. */
export async function createApi(services: ApiServices, options: ApiOptions): Promise<FastifyInstance> {
  const app = instanceWith(options);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  app.server.maxConnections = CONNECTIONS_MAX;
  await protect(app);
  await app.register(websocket, { options: { maxPayload: FRAME_BYTES_MAX, perMessageDeflate: false } });
  await app.register(swagger, OPEN_API);
  guardRoutes(app, services.access);
  await app.register(async (routes) => registerRoutes(routes, services));
  app.setNotFoundHandler((_request, reply) => sendRefusal(reply, notFound("such path")));
  return app;
}

function instanceWith({ tls, logger }: ApiOptions): FastifyInstance {
  return Fastify({
    https: {
      key: tls.key,
      cert: tls.certificate,
      ca: tls.clientCa,
      minVersion: "TLSv1.3",
      // A browser has no certificate: it may connect, and is anonymous until it shows a credential.
      requestCert: true,
      rejectUnauthorized: false,
      headersTimeout: HEADERS_MS_MAX,
      handshakeTimeout: HANDSHAKE_MS_MAX,
      keepAlive: true,
      keepAliveInitialDelay: SILENT_PEER_MS,
    },
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    keepAliveTimeout: CONNECTION_IDLE_MS_MAX,
    routerOptions: {
      maxParamLength: PARAMETER_CHARACTERS_MAX,
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
    },
    // A path that cannot even be decoded meets no route and no guard.
    frameworkErrors: (_error, _request, reply) => sendRefusal(reply as never, notFound("such path")),
    clientErrorHandler: answerBadHttp,
    ...(logger === undefined ? {} : { loggerInstance: logger }),
  }) as unknown as FastifyInstance;
}

/** Headers that keep a browser on our side, and a bound on requests. */
async function protect(app: FastifyInstance): Promise<void> {
  const own = ["'self'"];
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: own,
        styleSrc: own,
        connectSrc: own,
        imgSrc: own,
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
      },
    },
    strictTransportSecurity: { includeSubDomains: false },
    frameguard: { action: "deny" },
    referrerPolicy: { policy: "no-referrer" },
  });
  await app.register(rateLimit, {
    max: REQUESTS_PER_MINUTE_MAX,
    timeWindow: "1 minute",
    keyGenerator: ({ principal, ip }) =>
      principal === null || principal.kind === "anonymous" ? ip : nameOf(principal),
  });
}

function registerRoutes(app: FastifyInstance, services: ApiServices): void {
  healthRoutes(app, services);
  enrolmentRoutes(app, services);
  credentialRoutes(app, services);
  frameRoutes(app, services);
  twinRoutes(app, services);
  incidentRoutes(app, services);
  proofRoutes(app, services);
  deviceRoutes(app, services);
  streamRoutes(app, services);
  pageRoutes(app);
  const schema = { tags: ["contract"], summary: "This document", response: { 200: OpenApiDocument, ...PROBLEMS } };
  app.get("/v1/openapi.json", { config: { action: "contract.read" }, schema }, async () => app.swagger());
}
