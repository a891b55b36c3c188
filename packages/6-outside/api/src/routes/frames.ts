/**
 * Frames in: one by HTTP POST, or many over a WebSocket. The answer is the inclusion proof.
 *
 * Who sends (the connection's certificate) and who signed (the frame) are different questions; only the second decides
 * whose readings these are.
 */
import { FRAME_BYTES_MAX } from "@twinward/frame";
import { isRefusal } from "@twinward/kernel";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { sendRefusal } from "../problem.ts";
import { refuseApi } from "../refusals.ts";
import type { ApiServices } from "../services.ts";
import { FrameStream } from "./frame-stream.ts";
import { openApiOf } from "./open-api.ts";

/** The device SDK shows its newest checkpoint here, base64 (docs/formats/proof.md). */
const CHECKPOINT_HEADER = "twinward-checkpoint";

const POST_FRAME = openApiOf({
  tags: ["frames"],
  summary: "Hand in one signed frame",
  description: "The body is one COSE_Sign1 message; the answer is its inclusion proof (c2sp.org/tlog-proof@v1).",
  produces: "text/plain",
});

const config = { action: "frame.send" } as const;
const STREAM_FRAMES = {
  websocket: true,
  config: { ...config, upgrades: true },
  schema: { hide: true },
  exposeHeadRoute: false,
} as const;

export function frameRoutes(app: FastifyInstance, services: ApiServices): void {
  app.addContentTypeParser(
    "application/cose",
    { parseAs: "buffer", bodyLimit: FRAME_BYTES_MAX },
    (_request, body, done) => done(null, body),
  );
  app.post("/v1/frames", { config, schema: POST_FRAME, bodyLimit: FRAME_BYTES_MAX }, async (request, reply) => {
    if (!(request.body instanceof Uint8Array))
      return sendRefusal(reply, refuseApi("CONTENT_TYPE", "Send one frame as application/cose."));
    readShownHead(request, services);
    await services.ingest.ready();
    const answer = await services.ingest.accept(request.body, { source: request.ip });
    if (isRefusal(answer)) return sendRefusal(reply, answer);
    return reply.type("text/plain; charset=utf-8").send(answer.proof());
  });
  app.get("/v1/frames/stream", STREAM_FRAMES, (socket, request) => {
    readShownHead(request, services);
    services.sessions.add(request.principal, {
      cut: () => socket.terminate(),
      onClose: (listener) => socket.once("close", listener),
    });
    new FrameStream(socket, request.raw.socket, services.ingest, request.ip).start();
  });
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
