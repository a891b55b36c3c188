/** One JSON request over TLS 1.3 with one trusted CA. */
import { request } from "node:https";
import { TwinwardError } from "@twinward/kernel";

const ANSWER_MS_MAX = 30_000;
const ANSWER_CHARACTERS_MAX = 8_388_608;

export interface JsonAnswer {
  readonly status: number;
  /** Parsed; undefined when it is not JSON. */
  readonly body: unknown;
}

/** @param ca PEM. Throws SERVER_UNREACHABLE. */
export function postJson(url: URL, message: unknown, ca: string): Promise<JsonAnswer> {
  const body = JSON.stringify(message);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(unreachable(url, cause));
    const options = { method: "POST", headers, ca, minVersion: "TLSv1.3", timeout: ANSWER_MS_MAX } as const;
    const outgoing = request(url, options, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (part: string) => {
        text += part;
        if (text.length > ANSWER_CHARACTERS_MAX) outgoing.destroy(new Error("the answer is too long"));
      });
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body: parsed(text) }));
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
    outgoing.on("error", fail);
    outgoing.end(body);
  });
}

export function unreachable(url: URL, cause: unknown): TwinwardError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TwinwardError("SERVER_UNREACHABLE", `${url.origin}: ${why}`, { cause, remedy: "is the server running?" });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
