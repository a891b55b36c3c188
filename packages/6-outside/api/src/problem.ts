/**
 * Problem details (RFC 9457): the one shape of every answer that is not a success.
 *
 * A problem says what the caller can do, never what is inside: no stack, no path, no value that was not sent by the
 * caller. Codes are those of docs/refusals.md; words of the framework never leave.
 */
import { isRefusal, type Refusal } from "@twinward/kernel";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { Problem } from "./contract.ts";
import { type ApiRefusal, type ApiRefusalCode, refuseApi } from "./refusals.ts";

const UNPROCESSABLE = 422;

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  SETUP_LINK_INVALID: 401,
  TOKEN_INVALID: 401,
  ENROLMENT_MALFORMED: 401,
  TOO_MANY_ATTEMPTS: 401,
  FORBIDDEN: 403,
  SETUP_REQUIRED: 403,
  NOT_FOUND: 404,
  CREDENTIAL_UNKNOWN: 404,
  DEVICE_NOT_REGISTERED: 404,
  BODY_TOO_BIG: 413,
  CONTENT_TYPE: 415,
  TOO_MANY_REQUESTS: 429,
  TOO_MANY_STREAMS: 429,
  RATE_EXCEEDED: 429,
  INTERNAL: 500,
  DOOR_BUSY: 503,
  DOOR_CLOSED: 503,
  NOT_READY: 503,
};

const TITLE_OF_STATUS: Readonly<Record<number, string>> = {
  400: "The request is wrong",
  401: "Show who you are",
  403: "Not allowed",
  404: "No such thing",
  413: "Too large",
  415: "Unknown content type",
  422: "Refused",
  429: "Slow down",
  500: "Something broke here",
  503: "Not ready",
};

/** What a status of the framework means in our words. */
const CODE_OF_STATUS: Readonly<Record<number, ApiRefusalCode>> = {
  404: "NOT_FOUND",
  413: "BODY_TOO_BIG",
  415: "CONTENT_TYPE",
  429: "TOO_MANY_REQUESTS",
  503: "NOT_READY",
};

export function problemOf({ code, detail, party }: Refusal): Problem {
  const status = STATUS_OF_CODE[code] ?? UNPROCESSABLE;
  const title = TITLE_OF_STATUS[status] ?? "Refused";
  return { type: `https://twinward.example/refusals#${code.toLowerCase()}`, title, status, code, party, detail };
}

/** Sends a refusal as `application/problem+json`. */
export function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const problem = problemOf(refusal);
  if (problem.status === 401) reply.header("www-authenticate", "Bearer");
  // A string leaves as it is: no response schema of the route has a say in it.
  return reply.code(problem.status).type("application/problem+json").send(JSON.stringify(problem));
}

export const notFound = (what: string): ApiRefusal => refuseApi("NOT_FOUND", `No ${what} is known here.`);

/** The last word on everything thrown in a handler. A fault of ours is logged whole and answered without details. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isRefusal(error)) return sendRefusal(reply, error);
  const refusal = refusalOf(error);
  if (refusal.party === "operator") request.log.error({ err: error }, "request failed");
  return sendRefusal(reply, refusal);
}

function refusalOf(error: FastifyError): ApiRefusal {
  const status = error.statusCode ?? 500;
  const code = CODE_OF_STATUS[status];
  if (code !== undefined) return refuseApi(code);
  if (status >= 500) return refuseApi("INTERNAL");
  // Only what names the caller's own fields is repeated.
  return refuseApi("BAD_REQUEST", error.validation === undefined ? "" : `${error.message}.`);
}
