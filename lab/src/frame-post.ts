/**
 * How attackers reach the door: one frame, one request, over the victim's own TLS identity.
 *
 * A thief of a device has its certificate; a man in the middle of a relay sits behind its TLS. Both
 * send bytes that the device's outbox knows nothing of.
 */
import { Agent, request } from "node:https";
import type { Identity } from "@twinward/device";
import type { SendFrame } from "./frame-attack.ts";

const ANSWER_CHARACTERS_MAX = 400_000;

/** Answers `PROOF`, the code of a refusal, or `HTTP <status>`. */
export function framePost({ facts, keys }: Identity): SendFrame<string> {
  const { caCrt: ca, tlsCrt: cert, tlsKey: key } = keys;
  const agent = new Agent({ ca, cert, key, minVersion: "TLSv1.3", keepAlive: true, maxSockets: 1 });
  return (frame) =>
    new Promise((resolve, reject) => {
      const headers = { "content-type": "application/cose", "content-length": frame.length };
      const outgoing = request(new URL("/v1/frames", facts.server), { method: "POST", agent, headers });
      outgoing.on("error", reject);
      outgoing.on("response", (incoming) => {
        let text = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (part: string) => {
          if (text.length < ANSWER_CHARACTERS_MAX) text += part;
        });
        incoming.on("end", () => resolve(answerIn(text, incoming.statusCode ?? 0)));
      });
      outgoing.end(frame);
    });
}

function answerIn(text: string, status: number): string {
  if (status === 200) return "PROOF";
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    if (typeof code === "string") return code;
  } catch {
    // Not problem+json: the status says what there is to say.
  }
  return `HTTP ${status}`;
}
