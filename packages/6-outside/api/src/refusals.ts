/**
 * Every code this package refuses with. A code is a promise: it keeps its meaning for ever, has one line in
 * docs/refusals.md, and is never reused.
 */
import { type Party, type Refusal, refuse } from "@twinward/kernel";

export const API_REFUSALS = {
  BAD_REQUEST: "The request is not of the documented form.",
  NOT_FOUND: "There is nothing of this name.",
  BODY_TOO_BIG: "The body is longer than this route takes.",
  CONTENT_TYPE: "This route does not take that content type.",
  TOO_MANY_REQUESTS: "Too many requests within a minute; wait for as long as Retry-After says.",
  TOO_MANY_STREAMS: "Too many live streams are open; close one, or ask for the state instead.",
  NOT_READY: "The server is starting or stopping; ask again in a moment.",
  INTERNAL: "The server could not do this; its log says why.",
} as const;

export type ApiRefusalCode = keyof typeof API_REFUSALS;
export type ApiRefusal = Refusal<ApiRefusalCode>;

const OPERATOR_HAS_TO_ACT: ReadonlySet<ApiRefusalCode> = new Set(["INTERNAL", "NOT_READY"]);

/** A refusal of this package. */
export function refuseApi(code: ApiRefusalCode, detail = ""): ApiRefusal {
  const party: Party = OPERATOR_HAS_TO_ACT.has(code) ? "operator" : "sender";
  return refuse(code, party, detail === "" ? API_REFUSALS[code] : `${API_REFUSALS[code]} ${detail}`);
}
