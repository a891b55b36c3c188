/** The live stream: server-sent events of state, incidents and the door, to be read by a streaming fetch. */
import type { FastifyInstance } from "fastify";
import type { LiveEvent } from "../live-feed.ts";
import type { ApiServices } from "../services.ts";

/** A client that leaves this much unread is dropped; it reconnects and reads the state anew. */
const UNREAD_BYTES_MAX = 1024 * 1024;
const KEEP_ALIVE_MS = 15_000;
/** A simulated plant may judge a hundred rows a second; nobody reads faster than this. */
const STATE_MS_MIN = 200;

export function streamRoutes(app: FastifyInstance, { live }: ApiServices): void {
  app.get("/v1/stream", { config: { action: "stream.read" }, schema: { tags: ["twins"] } }, (_request, reply) => {
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    const write = ({ event, data }: LiveEvent) => {
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      if (response.writableLength > UNREAD_BYTES_MAX) response.destroy();
    };
    const states = newestEvery(STATE_MS_MIN, write);
    const unsubscribe = live.subscribe((event) => (event.event === "state" ? states.put(event) : write(event)));
    const keepAlive = setInterval(() => response.write(": still here\n\n"), KEEP_ALIVE_MS);
    response.on("close", () => {
      unsubscribe();
      states.stop();
      clearInterval(keepAlive);
    });
    response.write(": connected\n\n");
  });
}

/** Hands on the newest of many events, at most once per `periodMs`. */
function newestEvery(periodMs: number, write: (event: LiveEvent) => void) {
  let newest: LiveEvent | undefined;
  const timer = setInterval(() => {
    if (newest !== undefined) write(newest);
    newest = undefined;
  }, periodMs);
  return {
    put: (event: LiveEvent) => {
      newest = event;
    },
    stop: () => clearInterval(timer),
  };
}
