/** The link where WebSockets do not get through: one POST per frame over one kept connection, one at a time. */
import { Agent, request } from "node:https";
import { PROOF_CHARACTERS_MAX } from "@twinward/tlog";
import { headersOf, type LinkAddress, type LinkHandlers, type OpenLink, tlsOptionsOf } from "./link.ts";

const ANSWER_MS_MAX = 30_000;
/** An answer to the frame itself. Any other status is about the connection, the moment or the server. */
const ABOUT_THE_FRAME = new Set([200, 400, 413, 415, 422]);

export const openHttpsLink: OpenLink = (address, handlers) => {
  const agent = new Agent({ ...tlsOptionsOf(address), keepAlive: true, maxSockets: 1 });
  const queue: Uint8Array[] = [];
  let isOpen = true;
  const close = (reason: string) => {
    if (!isOpen) return;
    isOpen = false;
    agent.destroy();
    handlers.onClose(reason);
  };
  const next = () => {
    const frame = queue[0];
    if (!isOpen || frame === undefined) return;
    post(address, agent, frame, {
      onOpen: () => undefined,
      onClose: close,
      onAnswer: (text) => {
        if (!isOpen) return;
        queue.shift();
        handlers.onAnswer(text);
        next();
      },
    });
  };
  queueMicrotask(() => isOpen && handlers.onOpen());
  return {
    send: (frame) => {
      if (queue.push(frame) === 1) next();
    },
    close: () => close("closed by us"),
  };
};

function post(address: LinkAddress, agent: Agent, frame: Uint8Array, handlers: LinkHandlers): void {
  const headers = { ...headersOf(address), "content-type": "application/cose", "content-length": frame.length };
  const outgoing = request(new URL("/v1/frames", address.server), {
    method: "POST",
    agent,
    headers,
    timeout: ANSWER_MS_MAX,
  });
  outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
  outgoing.on("error", (error) => handlers.onClose(error.message));
  outgoing.on("response", (incoming) => {
    const status = incoming.statusCode ?? 0;
    let text = "";
    incoming.setEncoding("utf8");
    incoming.on("data", (part: string) => {
      text += part;
      if (text.length > PROOF_CHARACTERS_MAX) outgoing.destroy(new Error("the answer is too long"));
    });
    incoming.on("end", () => {
      if (ABOUT_THE_FRAME.has(status)) handlers.onAnswer(text);
      else handlers.onClose(`the server answered ${status}`);
    });
  });
  outgoing.end(frame);
}
