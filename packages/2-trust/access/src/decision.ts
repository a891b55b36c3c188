/**
 * May this principal do that? Deny by default: what no line of the table allows is refused.
 *
 * Actions are a closed list of words, never paths or patterns, so no spelling of a URL and no hostile id can reach
 * another decision: the router maps one route to one action before this is asked.
 */
import type { Principal } from "./principal.ts";
import { type AccessRefusal, refuseAccess } from "./refusals.ts";

export const ACTIONS = [
  "health.read",
  "setup.use",
  "enrolment.use",
  "frame.send",
  "twin.read",
  "signal.read",
  "incident.read",
  "incident.act",
  "proof.read",
  "checkpoint.read",
  "metrics.read",
  "stream.read",
  "contract.read",
  "device.read",
  "device.revoke",
  "token.issue",
  "credential.issue",
  "credential.revoke",
] as const;

export type Action = (typeof ACTIONS)[number];

/** These carry their own secret, or none is needed. */
const ANYBODY: readonly Action[] = ["health.read", "setup.use", "enrolment.use"];

const ALLOWED: Readonly<Record<Principal["kind"], ReadonlySet<Action>>> = {
  anonymous: new Set(ANYBODY),
  // A device sends, and may fetch what it needs to check its receipts; it never reads the twin.
  device: new Set<Action>([...ANYBODY, "frame.send", "proof.read", "checkpoint.read"]),
  // A person never signs for a device, but may carry signed frames (for example from a file).
  administrator: new Set(ACTIONS),
};

/** Before the first administrator exists: health and the set-up link, alone. */
const BEFORE_SETUP: ReadonlySet<Action> = new Set<Action>(["health.read", "setup.use"]);

/** Undefined when allowed; otherwise why not. */
export function decide(principal: Principal, action: Action, isSetUp: boolean): AccessRefusal | undefined {
  if (!isSetUp && !BEFORE_SETUP.has(action)) return refuseAccess("SETUP_REQUIRED", "", "operator");
  if (ALLOWED[principal.kind].has(action)) return undefined;
  return refuseAccess(principal.kind === "anonymous" ? "UNAUTHENTICATED" : "FORBIDDEN");
}
