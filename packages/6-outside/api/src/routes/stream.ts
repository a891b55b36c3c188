/** The live stream: server-sent events of state, incidents and the door, to be read by a streaming fetch. */
import type { ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { LiveEvent } from "../live-feed.ts";
import { sendRefusal } from "../problem.ts";
import { refuseApi } from "../refusals.ts";
import type { ApiServices } from "../services.ts";
import { openApiOf } from "./open-api.ts";

/** A client that leaves this much unread is dropped; it reconnects and reads the state anew. */
const UNREAD_BYTES_MAX = 1024 * 1024;
const KEEP_ALIVE_MS = 15_000;
/** A simulated plant may judge a hundred rows a second; nobody reads faster than this. */
const STATE_MS_MIN = 200;
const STREAMS_MAX = 256;

const schema = openApiOf({
  tags: ["twins"],
  summary: "What changes now, as server-sent events",
  description: "Events: `state` (a Twin, at most five a second), `incident` ({id, change}) and `door`.",
  produces: "text/event-stream",
});

export function streamRoutes(app: FastifyInstance, { live, sessions }: ApiServices): void {
  app.get("/v1/stream", { config: { action: "stream.read" }, schema, exposeHeadRoute: false }, (request, reply) => {
    if (live.listeners >= STREAMS_MAX) return sendRefusal(reply, refuseApi("TOO_MANY_STREAMS"));
    reply.hijack();
    const response = reply.raw;
    // The headers that helmet has set so far.
    for (const [name, value] of Object.entries(reply.getHeaders())) response.setHeader(name, value ?? "");
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
    sessions.add(request.principal, {
      cut: () => response.destroy(),
      onClose: (listener) => response.once("close", listener),
    });
    pour(response, (listener) => live.subscribe(listener));
    return reply;
  });
}

function pour(response: ServerResponse, subscribe: (listener: (event: LiveEvent) => void) => () => void): void {
  const write = (text: string) => {
    if (response.destroyed) return;
    response.write(text);
    if (response.writableLength > UNREAD_BYTES_MAX) response.destroy();
  };
  const tell = ({ event, data }: LiveEvent) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const states = newestEvery(STATE_MS_MIN, tell);
  const unsubscribe = subscribe((event) => (event.event === "state" ? states.put(event) : tell(event)));
  const keepAlive = setInterval(() => write(": still here\n\n"), KEEP_ALIVE_MS);
  response.on("close", () => {
    unsubscribe();
    states.stop();
    clearInterval(keepAlive);
  });
  write(": connected\n\n");
}

/** Hands on the newest of many events, at most once per `periodMs`. */
function newestEvery(periodMs: number, tell: (event: LiveEvent) => void) {
  let newest: LiveEvent | undefined;
  const timer = setInterval(() => {
    if (newest !== undefined) tell(newest);
    newest = undefined;
  }, periodMs);
  return {
    put: (event: LiveEvent) => {
      newest = event;
    },
    stop: () => clearInterval(timer),
  };
}
