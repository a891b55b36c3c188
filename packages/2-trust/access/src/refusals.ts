/**
 * Every code this package refuses with. A code is a promise: it keeps its meaning for ever, has one line in
 * docs/refusals.md, and is never reused.
 */
import { type Party, type Refusal, refuse } from "@twinward/kernel";

export const ACCESS_REFUSALS = {
  UNAUTHENTICATED: "No valid credential or client certificate was shown.",
  FORBIDDEN: "Whoever this is may not do that.",
  SETUP_REQUIRED: "The site has no administrator yet: only health and the set-up link answer.",
  SETUP_LINK_INVALID: "The set-up link is wrong, used or expired; a restart makes a new one.",
  TOO_MANY_ATTEMPTS: "Too many wrong secrets from this source; wait a minute.",
  DEVICE_NOT_IN_SITE: "The site description has no device of this name.",
  DEVICE_NOT_REGISTERED: "No active key is registered for this device.",
  TOKEN_INVALID: "The enrolment token is wrong, used, expired, or for another device.",
  ENROLMENT_MALFORMED: "The enrolment request is not of the documented form.",
  ENROLMENT_PROOF: "The request does not prove possession of the key it wants registered.",
  KEY_IN_USE: "This key is or was registered already; make a new one.",
  CREDENTIAL_UNKNOWN: "There is no such credential.",
} as const;

export type AccessRefusalCode = keyof typeof ACCESS_REFUSALS;
export type AccessRefusal = Refusal<AccessRefusalCode>;

/** A refusal of this package. `detail` never holds a secret. */
export function refuseAccess(code: AccessRefusalCode, detail = "", party: Party = "sender"): AccessRefusal {
  return refuse(code, party, detail === "" ? ACCESS_REFUSALS[code] : `${ACCESS_REFUSALS[code]} ${detail}`);
}
