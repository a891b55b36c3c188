/**
 * Frames in: one by HTTP POST, or many over a WebSocket. The answer is the inclusion proof.
 *
 * Who sends (the connection's certificate) and who signed (the frame) are different questions; only the second decides
 * whose readings these are.
 */
import { FRAME_BYTES_MAX } from "@twinward/frame";
import type { Ingest } from "@twinward/ingest";
import { isRefusal } from "@twinward/kernel";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { WebSocket } from "ws";
import { problemOf, sendRefusal } from "../problem.ts";
import type { ApiServices } from "../services.ts";

/** The device SDK shows its newest checkpoint here, base64 (docs/formats/proof.md). */
const CHECKPOINT_HEADER = "twinward-checkpoint";
/** A relay that does not read its answers is cut off: they must not pile up here. */
const UNSENT_BYTES_MAX = 8 * 1024 * 1024;

export function frameRoutes(app: FastifyInstance, services: ApiServices): void {
  app.addContentTypeParser(
    "application/cose",
    { parseAs: "buffer", bodyLimit: FRAME_BYTES_MAX },
    (_request, body, done) => done(null, body),
  );
  app.post("/v1/frames", { config: { action: "frame.send" }, schema: { tags: ["frames"] } }, async (request, reply) => {
    if (!(request.body instanceof Uint8Array)) {
      return sendRefusal(
        reply,
        { refused: true, code: "BAD_REQUEST", party: "sender", detail: "Send one frame as application/cose." },
        415,
      );
    }
    readShownHead(request, services);
    await services.ingest.ready();
    const answer = await services.ingest.accept(request.body, { source: request.ip });
    if (isRefusal(answer)) return sendRefusal(reply, answer);
    return reply.type("text/plain; charset=utf-8").send(answer.proof());
  });
  app.get(
    "/v1/frames/stream",
    { websocket: true, config: { action: "frame.send" }, schema: { hide: true } },
    (socket, request) => {
      const principal = request.principal;
      readShownHead(request, services);
      services.sessions.add(principal, socket);
      pump(socket, services.ingest, request.ip);
    },
  );
}

/**
 * A device shows the newest checkpoint it holds. A head of our own signing that we do not extend means that this data
 * folder was rolled back: the server stops, exactly as if `--checkpoint-out` had said so.
 */
function readShownHead(request: FastifyRequest, services: ApiServices): void {
  const shown = request.headers[CHECKPOINT_HEADER];
  if (typeof shown !== "string") return;
  services.headShown(Buffer.from(shown, "base64").toString("utf8"));
}

/** Answers each message in order; pauses the socket while the door is full. */
function pump(socket: WebSocket, ingest: Ingest, source: string): void {
  let tail: Promise<void> = Promise.resolve();
  const answerInOrder = (answer: ReturnType<Ingest["accept"]>) => {
    tail = tail.then(async () => {
      const outcome = await answer;
      socket.send(isRefusal(outcome) ? JSON.stringify(outcome) : outcome.proof());
      if (socket.bufferedAmount > UNSENT_BYTES_MAX) socket.terminate();
    });
    // The log has failed: the process is stopping, the sender keeps its frames and asks again later.
    tail.catch(() => socket.close(1011));
  };
  socket.on("message", (data, isBinary) => {
    if (!isBinary || !Buffer.isBuffer(data)) {
      socket.send(
        JSON.stringify(
          problemOf(
            { refused: true, code: "BAD_REQUEST", party: "sender", detail: "Send frames as binary messages." },
            400,
          ),
        ),
      );
      return;
    }
    answerInOrder(ingest.accept(data, { source }));
    const room = ingest.ready();
    if (room === undefined) return;
    socket.pause();
    void room.then(() => socket.resume());
  });
  socket.on("error", () => socket.terminate());
}
