/**
 * The server: a runtime behind HTTPS.
 *
 * Until an administrator exists only a loopback listener starts, answering health and the set-up link alone.
 */
import type { AddressInfo } from "node:net";
import { createApi, Sessions } from "@twinward/api";
import { UsageError } from "@twinward/kernel";
import type { Logger } from "pino";
import type { Runtime } from "./runtime.ts";

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface ServerOptions {
  readonly listen: ListenAddress;
  readonly logger?: Logger;
}

export interface Server {
  /** `https://host:port`, with the port that was really taken. */
  readonly url: string;
  /** Path of the one-use set-up link; undefined when an administrator exists. */
  readonly setupLink: string | undefined;
  stop(): Promise<void>;
}

type Surface = Awaited<ReturnType<typeof createApi>>;

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

export async function startServer(runtime: Runtime, options: ServerOptions): Promise<Server> {
  const { listen } = options;
  const isSetUp = runtime.access.isSetUp();
  if (!isSetUp && !LOOPBACK.has(listen.host)) {
    throw new UsageError(`no administrator exists yet, so nothing may listen on ${listen.host}`, {
      remedy: "Start once with --listen 127.0.0.1:PORT, use the set-up link, then start again.",
    });
  }
  const app = await buildApi(runtime, options);
  await app.listen({ host: listen.host, port: listen.port });
  const url = `https://${hostInUrl(listen.host)}:${(app.server.address() as AddressInfo).port}`;
  const setupLink = isSetUp ? undefined : await runtime.access.openSetup(url);
  return { url, setupLink, stop: () => stop(app) };
}

async function buildApi(runtime: Runtime, { listen, logger }: ServerOptions): Promise<Surface> {
  const { access } = runtime;
  const certificate = await access.serverCertificate([...new Set([listen.host, "127.0.0.1", "localhost"])]);
  const services = {
    site: runtime.site,
    timeBase: runtime.timeBase,
    clock: runtime.clock,
    log: runtime.log,
    access,
    ingest: runtime.ingest,
    sessions: new Sessions(access.registry),
    live: runtime.live,
    history: runtime.history,
    twin: () => runtime.view(),
    incidents: () => runtime.incidents(),
    act: (action: Parameters<Runtime["act"]>[0]) => runtime.act(action),
    headShown: (note: string) => runtime.headShown(note),
    judgement: () => ({
      rows: runtime.judgement.rows,
      lagEntries: runtime.judgement.lagEntries,
      failed: runtime.judgement.failed,
    }),
  };
  const tls = { key: certificate.key, certificate: certificate.certificate, clientCa: access.authority.certificate };
  return createApi(services, { tls, ...(logger === undefined ? {} : { logger }) });
}

async function stop(app: Surface): Promise<void> {
  app.server.closeAllConnections();
  for (const client of app.websocketServer.clients) client.terminate();
  await app.close();
}

const hostInUrl = (host: string) => (host.includes(":") ? `[${host}]` : host);

/** Reads `HOST:PORT`, also `[::1]:8443`. Undefined when it is neither. */
export function readListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host !== undefined && port <= 65_535 ? { host, port } : undefined;
}
