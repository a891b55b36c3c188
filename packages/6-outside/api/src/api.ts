/**
 * The HTTP and streaming surface: one Fastify instance over TLS 1.3, every route behind the guard.
 */
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import websocket from "@fastify/websocket";
import { FRAME_BYTES_MAX } from "@twinward/frame";
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { guardRoutes } from "./guard.ts";
import { answerError, notFound, sendRefusal } from "./problem.ts";
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
/** Per address; frames over one WebSocket count once. */
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
  const app = Fastify({
    https: {
      key: options.tls.key,
      cert: options.tls.certificate,
      ca: options.tls.clientCa,
      minVersion: "TLSv1.3",
      // A browser has no certificate: it may connect, and is anonymous until it shows a credential.
      requestCert: true,
      rejectUnauthorized: false,
    },
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    keepAliveTimeout: CONNECTION_IDLE_MS_MAX,
    routerOptions: {
      maxParamLength: 200,
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
    },
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
  }) as unknown as FastifyInstance;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        upgradeInsecureRequests: null,
      },
    },
  });
  await app.register(rateLimit, { max: REQUESTS_PER_MINUTE_MAX, timeWindow: "1 minute" });
  await app.register(websocket, { options: { maxPayload: FRAME_BYTES_MAX, perMessageDeflate: false } });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Twinward", version: "1", description: "A trust layer for digital twins." },
    },
    transform: jsonSchemaTransform,
  });
  guardRoutes(app, services.access);
  await app.register(async (routes) => registerRoutes(routes, services));
  app.setNotFoundHandler((_request, reply) => sendRefusal(reply, notFound("such path")));
  return app;
}

function registerRoutes(app: FastifyInstance, services: ApiServices): void {
  healthRoutes(app, services);
  enrolmentRoutes(app, services);
  frameRoutes(app, services);
  twinRoutes(app, services);
  incidentRoutes(app, services);
  proofRoutes(app, services);
  deviceRoutes(app, services);
  streamRoutes(app, services);
  pageRoutes(app);
  app.get("/v1/openapi.json", { config: { action: "contract.read" }, schema: { hide: true } }, async () =>
    app.swagger(),
  );
}
