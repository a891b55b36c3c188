/** One call to a Twinward server, whose certificate must come from the site's own CA. */
import { request } from "node:https";
import { TwinwardError, UsageError } from "@twinward/kernel";
import { plain } from "./plain-text.ts";

export interface ServerCall {
  /** `https://host:port`. */
  readonly server: string;
  /** PEM of the site's CA. */
  readonly ca: string;
  readonly path: string;
  readonly method?: "GET" | "POST";
  readonly token?: string;
  readonly body?: unknown;
}

const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const PATIENCE_MS = 30_000;

/** The parsed JSON answer. Throws with the server's own words when it refuses. */
export async function callServer(call: ServerCall): Promise<unknown> {
  const { status, text } = await exchange(call);
  const answer = parse(text);
  if (status >= 200 && status < 300) return answer;
  const { detail, code } = (answer ?? {}) as { detail?: string; code?: string };
  throw new TwinwardError(code ?? "SERVER_REFUSED", plain(`${detail ?? `${call.server} answered ${status}`}`));
}

function exchange({
  server,
  ca,
  path,
  method = "GET",
  token,
  body,
}: ServerCall): Promise<{ status: number; text: string }> {
  const json = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(json === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(json) }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      urlOf(server, path),
      { method, ca, headers, minVersion: "TLSv1.3", timeout: PATIENCE_MS },
      (incoming) => {
        const parts: Buffer[] = [];
        let bytes = 0;
        incoming.on("data", (part: Buffer) => {
          bytes += part.length;
          if (bytes > ANSWER_BYTES_MAX)
            outgoing.destroy(
              new TwinwardError("ANSWER_TOO_LARGE", `${server} answered more than ${ANSWER_BYTES_MAX} bytes`),
            );
          parts.push(part);
        });
        incoming.on("end", () =>
          resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") }),
        );
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new TwinwardError("SERVER_SILENT", `${server} does not answer`)));
    outgoing.on("error", (cause) =>
      reject(
        cause instanceof TwinwardError
          ? cause
          : new TwinwardError("SERVER_UNREACHABLE", `${server}: ${cause.message}`, {
              cause,
              remedy: "Is `twinward serve` running there?",
            }),
      ),
    );
    outgoing.end(json);
  });
}

function urlOf(server: string, path: string): URL {
  if (!URL.canParse(path, server) || !server.startsWith("https://"))
    throw new UsageError(`${server} is not an https:// address`);
  return new URL(path, server);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
