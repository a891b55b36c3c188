/** The usual link: one WebSocket, one binary message per frame, one text message per answer. */
import { PROOF_CHARACTERS_MAX } from "@twinward/tlog";
import { WebSocket } from "ws";
import { headersOf, type OpenLink, tlsOptionsOf } from "./link.ts";

const HANDSHAKE_MS_MAX = 10_000;

export const openWebSocketLink: OpenLink = (address, handlers) => {
  const url = new URL("/v1/frames/stream", address.server);
  url.protocol = "wss:";
  const socket = new WebSocket(url, {
    ...tlsOptionsOf(address),
    headers: headersOf(address),
    handshakeTimeout: HANDSHAKE_MS_MAX,
    maxPayload: PROOF_CHARACTERS_MAX,
    perMessageDeflate: false,
  });
  let reason = "the server closed the connection";
  socket.on("open", () => handlers.onOpen());
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) socket.terminate();
    else handlers.onAnswer(data.toString("utf8"));
  });
  socket.on("error", (error) => {
    reason = error.message;
  });
  socket.on("close", () => handlers.onClose(reason));
  return { send: (frame) => socket.send(frame), close: () => socket.terminate() };
};
