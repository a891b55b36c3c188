/**
 * Problem details (RFC 9457): the one shape of every answer that is not a success.
 *
 * A problem says what the caller can do, never what is inside: no stack, no path, no value that was not sent by the
 * caller.
 */
import { isRefusal, type Refusal } from "@twinward/kernel";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  CREDENTIAL_WRONG: 401,
  CREDENTIAL_REVOKED: 401,
  CREDENTIAL_UNKNOWN: 401,
  FORBIDDEN: 403,
  SETUP_REQUIRED: 403,
  TOO_MANY_TRIES: 429,
  RATE_EXCEEDED: 429,
  NOT_FOUND: 404,
};

const TITLE_OF_STATUS: Readonly<Record<number, string>> = {
  400: "The request is wrong",
  401: "Show who you are",
  403: "Not allowed",
  404: "No such thing",
  406: "No such format",
  413: "Too large",
  415: "Unknown content type",
  422: "Refused",
  429: "Slow down",
  500: "Something broke here",
  503: "Not ready",
};

export function problemOf(refusal: Refusal, status = STATUS_OF_CODE[refusal.code] ?? 422): Problem {
  const code = refusal.code;
  return {
    type: `https://twinward.example/refusals#${code.toLowerCase()}`,
    title: TITLE_OF_STATUS[status] ?? "Refused",
    status,
    code,
    detail: refusal.detail,
  };
}

/** Sends a refusal as `application/problem+json`. */
export function sendRefusal(reply: FastifyReply, refusal: Refusal, status?: number): FastifyReply {
  const problem = problemOf(refusal, status);
  return reply.code(problem.status).type("application/problem+json").send(problem);
}

export function notFound(what: string): Refusal<"NOT_FOUND"> {
  return { refused: true, code: "NOT_FOUND", party: "sender", detail: `There is no ${what} here.` };
}

/** The last word on everything thrown in a handler. A fault of ours is logged whole and answered without details. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isRefusal(error)) return sendRefusal(reply, error);
  const status = error.statusCode ?? 500;
  if (status >= 500) request.log.error({ err: error }, "request failed");
  return sendRefusal(
    reply,
    {
      refused: true,
      code: status >= 500 ? "INTERNAL" : (error.code ?? "BAD_REQUEST"),
      party: status >= 500 ? "operator" : "sender",
      detail: status >= 500 ? "The server could not do this; its log says why." : error.message,
    },
    status,
  );
}
